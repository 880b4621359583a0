import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildMachine, CASES, HOST, journals, type TestMachine } from './machine.ts';
import type { Namespace } from './namespace.ts';

// Some hundred processes are started and killed here, so that it takes minutes.

let machine: TestMachine;
let host: Namespace;
let before: readonly string[];
beforeAll(async () => {
  machine = await buildMachine();
  ({ host, before } = machine);
});
afterAll(() => machine?.close());

/** Runs words in a process that is killed at an act. False when there were not that many acts. */
function kill(words: string, act: number, moment: 'before' | 'after'): boolean {
  const line = [
    'netns',
    'exec',
    HOST,
    process.execPath,
    machine.victim,
    String(act),
    moment,
    ...words.split(' '),
  ];
  const { status, signal, stderr } = spawnSync('ip', line, { encoding: 'utf8' });
  // `ip netns exec` becomes the process.
  if (signal === 'SIGKILL') return true;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return false;
}

describe.each(CASES)('%s', (words) => {
  const down = words.replace(/ up .*/, ' down');

  it('killed at any step of up, down leaves no difference', async () => {
    for (const moment of ['before', 'after'] as const) {
      let act = 1;
      for (; kill(words, act, moment); act++) {
        await host.lvsadm(down);
        expect(await host.dump(), `killed ${moment} act ${act}`).toEqual(before);
        expect(journals()).toEqual([]);
      }
      expect(act).toBeGreaterThan(2);
      await host.lvsadm(down);
    }
  }, 240_000);

  it('killed at any step of down, down again leaves no difference', async () => {
    let act = 1;
    for (let killed = true; killed; act++) {
      await host.lvsadm(words);
      // Before the act there is nothing that the journal does not say.
      killed = kill(down, act, 'after');
      if (killed) await host.lvsadm(down);
      expect(await host.dump(), `killed after act ${act}`).toEqual(before);
    }
    expect(act).toBeGreaterThan(2);
  }, 240_000);
});
