import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { run } from '../../../src/commands/realserver/realserver.ts';
import { Links } from '../../../src/host/links.ts';
import { moduleState } from '../../../src/host/module-state.ts';
import { processWorld } from '../../../src/process/process-world.ts';

// In the namespace of the whole host, where there is no other: only there does `down` give modules back.

async function lvsadm(words: string): Promise<string> {
  let text = '';
  const stream = {
    write(part: string) {
      text += part;
    },
  };
  expect(await run(words.split(' '), { ...processWorld(), stdout: stream, stderr: stream }), text).toBe(0);
  return text;
}

it('a module that up loaded is unloaded by down, and its device is gone with it', async () => {
  spawnSync('/sbin/modprobe', ['--remove', '--quiet', 'ipip']);
  const links = new Links();
  const names = async () => (await links.links()).map(({ name }) => name);
  const before = await names();
  // Where it is built into the kernel there is nothing to load, nor to give back.
  expect(before.includes('tunl0')).toBe((await moduleState('ipip')) === 'loaded');
  await lvsadm('up --mode tun --vip 192.0.2.100');
  expect(await names()).toContain('tunl0');
  expect(await lvsadm('down')).not.toContain('left');
  expect(await names()).toEqual(before);
  await links.close();
});
