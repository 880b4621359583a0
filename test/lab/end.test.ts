import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { folderOf, isGone, lab, start } from './lab.ts';

test('a command that hangs ends when the time is up', async () => {
  const began = Date.now();
  const { child, ended } = start(['--timeout', '3', 'sh', '-c', 'trap "" TERM INT; echo begun; sleep 100']);
  const folder = await folderOf(child);
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    code: 124,
    stdout: 'begun\n',
    stderr: 'lab: the command was still running after 3 s\n',
  });
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(await isGone(folder)).toBe(true);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s leaves nothing behind', async (signal, expected) => {
  const { child, ended } = start(['sh', '-c', 'echo begun; sleep 100']);
  const folder = await folderOf(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill(signal);
  expect((await ended).code).toBe(expected);
  expect(await isGone(folder)).toBe(true);
});

test('an interrupt during the start leaves nothing behind', async () => {
  const { child, ended } = start(['sleep', '100']);
  const folder = await folderOf(child);
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(await isGone(folder)).toBe(true);
});

test('even a launcher that is killed leaves nothing behind', async () => {
  const { child, ended } = start(['sh', '-c', 'echo begun; sleep 100']);
  const folder = await folderOf(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
  expect(await isGone(folder)).toBe(true);
});

test('an ordinary end leaves nothing behind, nor waits for what the command left running', async () => {
  const { child, ended } = start(['sh', '-c', 'sleep 100 & setsid sleep 100 & echo done']);
  const folder = await folderOf(child);
  const { code, stdout } = await ended;
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'done\n' });
  expect(await isGone(folder)).toBe(true);
});

const sysrq = (key: string) => [
  'sh',
  '-c',
  `echo 1 >/proc/sys/kernel/sysrq; echo ${key} >/proc/sysrq-trigger; sleep 60`,
];

test.each([
  ['panics', 'c', 'lab: the guest died while the command ran\n', 'Kernel panic - not syncing'],
  ['halts', 'o', 'lab: the guest died while the command ran\n', 'Power down'],
  ['reboots', 'b', 'lab: the guest rebooted\n', 'Resetting'],
])('a guest that %s is told, with the end of its console', async (_, key, message, trace) => {
  const { child, ended } = start(sysrq(key));
  const folder = await folderOf(child);
  const { code, stderr } = await ended;
  expect(code).toBe(125);
  expect(stderr).toContain(message);
  expect(stderr).toContain(trace);
  expect(await isGone(folder)).toBe(true);
});

test('a reader who does not read cannot keep the lab from ending', async () => {
  const { child, ended } = start(['--timeout', '3', 'yes']);
  const folder = await folderOf(child);
  child.stdout?.pause();
  for (let waited = 0; child.exitCode === null && waited < 15_000; waited += 100) await delay(100);
  expect(child.exitCode).toBe(124);
  child.stdout?.resume();
  await ended;
  expect(await isGone(folder)).toBe(true);
});

test('the time also limits a start that does not succeed', async () => {
  const { code, stderr } = await lab(['--timeout', '2', '--mem', '16M', 'true']);
  expect([124, 125]).toContain(code);
  expect(stderr).toMatch(/^lab: the guest (had not started|died before)/);
});
