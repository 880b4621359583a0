import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ip } from '../kernel/forwarding/namespace.ts';

const PROGRAM = `${process.execPath} ${process.cwd()}/bin/lvsadm.js`;
/** Units of all start at the same time. */
const SERVICES = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({
  words: `-t 10.0.0.100:${80 + number}`,
  name: `tcp 10.0.0.100:${80 + number}`,
  local: `10.0.0.${200 + number}`,
}));

const etc = mkdtempSync(join(tmpdir(), 'lvsadm-etc-'));
const report = join(etc, 'report.sh');
beforeAll(() => {
  ip(undefined, 'netns add today');
  ip('today', 'link set lo up\nlink add e0 type dummy\nlink set e0 up\naddr add 10.0.0.10/24 dev e0');
  writeFileSync(report, `#!/bin/sh\n${PROGRAM} fullnat list --json\n`);
  chmodSync(report, 0o755);
});
afterAll(() => ip(undefined, 'netns delete today'));

function lvsadm(words: string): void {
  const script = 'mount --bind "$1" /etc && shift && exec ip netns exec today "$@"';
  const line = ['--mount', 'sh', '-c', script, 'sh', etc, ...PROGRAM.split(' '), ...words.split(' ')];
  execFileSync('unshare', line, { encoding: 'utf8', env: { PATH: process.env.PATH } });
}

/** The services that are on after a boot. */
function boot(): string[] {
  const program = new URL('../kernel/boot/boot.sh', import.meta.url).pathname;
  const text = execFileSync('sh', [program, etc, report], { encoding: 'utf8' });
  const { services } = JSON.parse(text) as { services: { service: string; state: string }[] };
  return services.filter(({ state }) => state === 'on').map(({ service }) => service);
}

it('services are FULLNAT after a boot, though their units start together; and no longer after disable --persist', () => {
  for (const { words, local } of SERVICES) {
    lvsadm(`fullnat enable ${words} --local-address ${local} --persist`);
  }
  expect(boot().sort()).toEqual(SERVICES.map(({ name }) => name));
  lvsadm('fullnat disable --persist');
  expect(readdirSync(join(etc, 'systemd/system')).filter((name) => name.startsWith('lvsadm'))).toEqual([]);
  expect(boot()).toEqual([]);
}, 180_000);
