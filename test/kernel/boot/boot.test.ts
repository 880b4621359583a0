import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ip } from '../forwarding/namespace.ts';

const PROGRAM = `${process.execPath} ${process.cwd()}/bin/lvsadm.js`;
const PREPARED = [
  'realserver --mode dr --vip 10.0.0.100',
  'realserver --mode tun --tunnel gue --tun-port 6080 --vip 10.0.0.101',
  'director --mode nat --vip 10.0.0.102 --device e0',
];

const etc = mkdtempSync(join(tmpdir(), 'lvsadm-etc-'));
const report = join(etc, 'report.sh');
beforeAll(() => {
  // As a host is today; what it will be after the boot is another one.
  ip(undefined, 'netns add today');
  ip('today', 'link set lo up\nlink add e0 type dummy\nlink set e0 up\naddr add 10.0.0.10/24 dev e0');
  const lines = PREPARED.map((words) => `${PROGRAM} ${words.replace(' ', ' status ')} >/dev/null; echo "$?"`);
  const sysctls = 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/tunl0/rp_filter';
  writeFileSync(report, ['#!/bin/sh', ...lines, sysctls, ''].join('\n'));
  chmodSync(report, 0o755);
});
afterAll(() => ip(undefined, 'netns delete today'));

/** Runs lvsadm on the host of today, with this /etc. */
function lvsadm(words: string): string {
  const script = 'mount --bind "$1" /etc && shift && exec ip netns exec today "$@"';
  const line = ['--mount', 'sh', '-c', script, 'sh', etc, ...PROGRAM.split(' '), ...words.split(' ')];
  return execFileSync('unshare', line, { encoding: 'utf8', env: { PATH: process.env.PATH } });
}

/** What the report said after a boot. */
function boot(): string[] {
  const program = new URL('boot.sh', import.meta.url).pathname;
  return execFileSync('sh', [program, etc, report], { encoding: 'utf8' }).trim().split('\n');
}

const ours = (folder: string) => readdirSync(join(etc, folder)).filter((name) => name.includes('lvsadm'));

it('a host is prepared after a boot, by systemd, and no longer after down --persist', () => {
  for (const words of PREPARED) lvsadm(`${words.replace(' ', ' up ')} --persist`);
  expect(ours('systemd/system')).toHaveLength(3);
  // Exit code 0 of each status: it is prepared.
  expect(boot()).toEqual(['0', '0', '0', '1', '2']);

  lvsadm('realserver down --persist');
  lvsadm('director down --persist');
  expect([...ours('systemd/system'), ...ours('sysctl.d')]).toEqual([]);
  expect(boot().slice(0, 4)).toEqual(['4', '4', '4', '0']);
}, 180_000);
