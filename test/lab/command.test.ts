import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT, lab, linesOf } from './lab.ts';

test.each([0, 1, 7, 124, 255])('the exit code %i is the command’s', async (code) => {
  expect((await lab(['sh', '-c', `exit ${code}`])).code).toBe(code);
});

test('a signal gives 128 and its number', async () => {
  expect((await lab(['sh', '-c', 'kill -TERM $$'])).code).toBe(128 + 15);
  expect((await lab(['sh', '-c', 'kill -KILL $$'])).code).toBe(128 + 9);
});

test('a command that is not there gives 127, one that is no program 126', async () => {
  const missing = await lab(['no-such-program']);
  expect(missing.code).toBe(127);
  expect(missing.stderr).toContain('no-such-program');
  expect((await lab(['/etc/passwd'])).code).toBe(126);
});

test('arguments arrive exactly', async () => {
  const words = [
    '',
    'a b',
    '"\'`',
    'new\nline',
    '*',
    '$HOME',
    '\\',
    'ü€😀',
    '-n',
    '--',
    '--timeout',
    '=',
    'a=b',
    '\t',
    '',
  ];
  const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
  const { stdout } = await lab(['--', 'node', '-e', script, '--', ...words]);
  expect(JSON.parse(stdout.toString())).toEqual(words);
});

test('arguments need not be UTF-8', async () => {
  const shell = [
    `exec "$0" -- sh -c 'printf %s "$1" | od -An -tx1' sh $'\\xff\\xfe'`,
    join(CHECKOUT, 'scripts/lab'),
  ];
  const { stdout } = spawnSync('bash', ['-c', ...shell], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  expect(stdout).toBe(' ff fe\n');
});

test('the command starts where the caller is', async () => {
  expect(await linesOf('pwd', { cwd: join(CHECKOUT, 'test', 'lab') })).toEqual([
    join(CHECKOUT, 'test', 'lab'),
  ]);
});

test('even in a folder below /tmp with a space in its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab test-'));
  chmodSync(folder, 0o755);
  try {
    writeFileSync(join(folder, 'note'), 'seen\n');
    expect(await linesOf('pwd; cat note', { cwd: folder })).toEqual([folder, 'seen']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the environment comes along, with a home of its own', async () => {
  const env = {
    LVSADM_TEST: 'two\nlines and "quotes"',
    POSIXLY_CORRECT: '1',
    HOME: '/nowhere',
    TMPDIR: '/nowhere',
  };
  const script =
    'const { LVSADM_TEST, POSIXLY_CORRECT, TMPDIR } = process.env; console.log(JSON.stringify({ LVSADM_TEST, POSIXLY_CORRECT, TMPDIR }))';
  const [seen] = await linesOf(`node -e '${script}'; touch "$HOME/x" "$LAB_OUT/x"`, { env });
  expect(JSON.parse(seen ?? '')).toEqual({ LVSADM_TEST: env.LVSADM_TEST, POSIXLY_CORRECT: '1' });
});

test('it is the same Node', async () => {
  expect(await linesOf('node -v')).toEqual([process.version]);
});
