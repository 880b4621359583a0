import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CHECKOUT, lab, linesOf, start } from './lab.ts';

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

test('output and error stay apart', async () => {
  const { code, stdout, stderr } = await lab(['sh', '-c', 'echo one; echo two >&2; echo three']);
  expect({ code, stdout: stdout.toString(), stderr }).toEqual({
    code: 0,
    stdout: 'one\nthree\n',
    stderr: 'two\n',
  });
});

test('bytes pass unchanged, in and out, megabytes of them', async () => {
  const input = Buffer.concat([everyByte, randomBytes(3_000_001), everyByte]);
  const { stdout } = await lab(['cat'], { input });
  expect(stdout.equals(input)).toBe(true);
});

test('bytes pass unchanged through standard error', async () => {
  const script = 'process.stderr.write(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)))';
  const child = spawn(join(CHECKOUT, 'scripts/lab'), ['node', '-e', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  await once(child, 'close');
  expect(Buffer.concat(parts).equals(everyByte)).toBe(true);
});

test('fifty megabytes of output arrive whole', async () => {
  const { code, stdout } = await lab(['seq', '-f', '%049.0f', '1', '1000000']);
  expect(code).toBe(0);
  expect(stdout.length).toBe(50_000_000);
  expect(stdout.subarray(-50).toString()).toBe(`${'1000000'.padStart(49, '0')}\n`);
});

test('a slow reader gets everything, though the command ended long before', async () => {
  const { child, ended } = start(['seq', '-f', '%049.0f', '1', '6000']);
  child.stdout?.pause();
  await delay(4000);
  child.stdout?.resume();
  expect((await ended).stdout.length).toBe(300_000);
});

test('even what the guest’s serial line still holds when the command ends', async () => {
  // Straight to the line of standard output, until nothing more goes in.
  const script = 'for ((n = 1; ; n++)); do printf %512s x; echo $n >&2; done >/dev/ttyS1';
  const { child, ended } = start(['timeout', '4', 'bash', '-c', script]);
  child.stdout?.pause();
  await delay(8000);
  child.stdout?.resume();
  const { stdout, stderr } = await ended;
  const written = Number(stderr.trimEnd().split('\n').at(-1)) * 512;
  expect(written).toBeGreaterThan(100_000);
  expect(stdout.length).toBeGreaterThanOrEqual(written);
});

test('the command sees the end of standard input', async () => {
  const { stdout } = await lab(['sh', '-c', 'cat; echo end'], { input: 'no newline' });
  expect(stdout.toString()).toBe('no newlineend\n');
});

test('an empty, a null and a closed standard input end at once', async () => {
  expect((await lab(['wc', '-c'], { input: '' })).stdout.toString()).toBe('0\n');
  expect(await linesOf('wc -c')).toEqual(['0']);
  const closed = spawn('sh', ['-c', 'exec "$0" wc -c <&-', join(CHECKOUT, 'scripts/lab')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  expect(await once(closed.stdout, 'data').then(String)).toBe('0\n');
});

test('a command that does not read its input ends all the same', async () => {
  const { code, stdout } = await lab(['echo', 'done'], { input: randomBytes(2_000_000) });
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 0, stdout: 'done\n' });
});

test('output is neither a terminal nor delayed until the end', async () => {
  const child = spawn(
    join(CHECKOUT, 'scripts/lab'),
    ['sh', '-c', 'test -t 1 || echo pipe; read -r _; echo end'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [first] = await once(child.stdout, 'data');
  child.stdin.write('go on\n');
  const [second] = await once(child.stdout, 'data');
  child.stdin.end();
  expect(String(first) + String(second)).toBe('pipe\nend\n');
});

test('a reader that goes away ends the lab', async () => {
  const child = spawn('bash', [
    '-c',
    '"$0" yes </dev/null | head -1; exit $PIPESTATUS',
    join(CHECKOUT, 'scripts/lab'),
  ]);
  const [code] = await once(child, 'close');
  expect(code).toBe(141);
});
