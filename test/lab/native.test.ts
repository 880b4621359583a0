import { expect, test } from 'vitest';
import { lab, linesOf } from './lab.ts';

// The guest is a machine that has IPVS and root: so `scripts/lab --native` is tried there.

test('--native runs in a network of its own, with its IPVS table', async () => {
  const script = `
    ipvsadm -A -t 10.0.0.1:80
    ip link add outer type dummy
    scripts/lab --native sh -ec 'ip -o link | wc -l; cat /sys/class/net/lo/flags; ipvsadm -Sn | wc -l; ls /sys/class/net; ipvsadm -A -t 10.0.0.2:80; ip netns add one'
    ipvsadm -Sn; ls /run/netns; ls /tmp`;
  expect(await linesOf(script)).toEqual(['1', '0x9', '0', 'lo', '-A -t 10.0.0.1:80 -s wlc']);
});

test('--native passes streams and exit code, and gives a results folder', async () => {
  const words = [
    'scripts/lab',
    '--native',
    '--out',
    '/run/copy',
    'sh',
    '-c',
    'cat; echo err >&2; echo result >$LAB_OUT/file; exit 9',
  ];
  const script = '"$@"; echo "$?"; cat /run/copy/file';
  const { stdout, stderr } = await lab(['sh', '-c', script, 'sh', ...words], { input: 'in\n' });
  expect(stdout.toString()).toBe('in\n9\nresult\n');
  expect(stderr).toBe('err\n');
});

test('--native ends what hangs, with all it started', async () => {
  const script = `
    scripts/lab --native --timeout 3 sh -c 'setsid sleep 4321 & sleep 4321' || echo "$?"
    grep -lz '[4]321' /proc/[0-9]*/cmdline 2>/dev/null | grep -v -e self -e "/$$/" | wc -l; ls /tmp`;
  const { stdout, stderr } = await lab(['bash', '-c', script]);
  expect(stdout.toString()).toBe('124\n0\n');
  expect(stderr).toBe('lab: the command was still running after 3 s\n');
});
