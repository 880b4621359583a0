import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKOUT, lab } from './lab.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-refusal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const refusal = async (words: string[], env: NodeJS.ProcessEnv = {}, cwd = CHECKOUT) => {
  const { code, stdout, stderr } = await lab(words, { env, cwd });
  expect({ code, stdout: stdout.toString() }).toEqual({ code: 125, stdout: '' });
  expect(stderr).toMatch(/^lab: /);
  expect(stderr).not.toMatch(/\n {4}at /);
  return stderr;
};

test.each([
  [['--no-such', 'true'], "lab: unknown option '--no-such'; see scripts/lab --help\n"],
  [['--native=yes', 'true'], "lab: unknown option '--native=yes'; see scripts/lab --help\n"],
  [[], 'lab: no command; see scripts/lab --help\n'],
  [['--'], 'lab: no command; see scripts/lab --help\n'],
  [['--timeout'], 'lab: --timeout wants a value; see scripts/lab --help\n'],
  [['--timeout', 'soon', 'true'], "lab: --timeout wants a whole number of seconds, not 'soon'\n"],
  [['--timeout=-1', 'true'], "lab: --timeout wants a whole number of seconds, not '-1'\n"],
  [['--mem', 'lots', 'true'], "lab: --mem wants a size such as 512M or 2G, not 'lots'\n"],
])('%j is refused', async (words, message) => {
  expect(await refusal(words)).toBe(message);
});

test('a kernel that is not there', async () => {
  expect(await refusal(['true'], { LVSADM_LAB_KERNEL: '/no/such/kernel' })).toBe(
    'lab: cannot run the kernel /no/such/kernel: ENOENT\n',
  );
});

test('a kernel that is none', async () => {
  expect(await refusal(['true'], { LVSADM_LAB_KERNEL: '/bin/true' })).toBe(
    'lab: /bin/true is no User-Mode Linux\n',
  );
});

test('modules that are not the kernel’s', async () => {
  expect(await refusal(['true'], { LVSADM_LAB_MODULES: folder })).toContain(
    `its modules are not in ${folder}/`,
  );
});

test('a working folder that the guest’s user cannot read', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o311);
  expect(await refusal(['true'], {}, closed)).toMatch(
    new RegExp(`^lab: the guest runs as user \\w+, who cannot read ${closed} \\(chmod o\\+rx it, .*\n$`),
  );
});

test('--native on a machine without IPVS, or without root', async () => {
  const message = await refusal(['--native', 'true'], { PATH: `${folder}:${process.env.PATH}` });
  expect(message).toMatch(/^lab: --native needs (root, to|IPVS: the running kernel has none)/);
});

/** Only these programs, under these names. */
function pathOf(programs: Record<string, string>): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(bin, name));
  return bin;
}
const basic = {
  bash: '/bin/bash',
  dirname: '/usr/bin/dirname',
  uname: '/usr/bin/uname',
  mkdir: '/bin/mkdir',
};
const packages = (path: string) =>
  spawnSync('/bin/bash', [join(CHECKOUT, 'scripts/lab-packages'), 'some-package=bin/no-such-file'], {
    env: { PATH: path },
    encoding: 'utf8',
  });

test('no apt: it says what it needs and what to do', () => {
  const { status, stderr } = packages(pathOf(basic));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^lab: there is no apt here/);
  for (const word of ['some-package', 'LVSADM_LAB_KERNEL', '--native']) expect(stderr).toContain(word);
});

test('another processor: it says what it needs and what to do', () => {
  const { status, stderr } = packages(pathOf({ ...basic, uname: '/bin/echo' }));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^lab: Debian has these packages for x86-64 only, and this is -m\n/);
});

test('a program of the host that is missing', async () => {
  const programs = { ...basic, env: '/usr/bin/env', readlink: '/usr/bin/readlink', node: process.execPath };
  expect(await refusal(['true'], { PATH: pathOf(programs) })).toBe(
    'lab: setpriv is missing (Debian package util-linux)\n',
  );
  const almost = { ...programs, setpriv: '/usr/bin/setpriv', true: '/bin/true' };
  expect(await refusal(['true'], { PATH: pathOf(almost) })).toBe(
    "lab: taskset, of Debian's package util-linux: ENOENT\n",
  );
});

test('no Node', () => {
  const { status, stderr } = spawnSync('/bin/bash', [join(CHECKOUT, 'scripts/lab'), 'true'], {
    env: { PATH: pathOf({ ...basic, readlink: '/usr/bin/readlink' }) },
    encoding: 'utf8',
  });
  expect(status).toBe(125);
  expect(stderr).toMatch(/^lab: Node\.js 20 or later is needed/);
});

test('--help tells every option and every variable', async () => {
  const { code, stdout } = await lab(['--help']);
  expect(code).toBe(0);
  const source = readFileSync(join(CHECKOUT, 'scripts/lab-host/options.js'), 'utf8');
  const kernel = readFileSync(join(CHECKOUT, 'scripts/lab-host/kernel.js'), 'utf8');
  const names = [...source.matchAll(/name === '(--\w+)'/g), ...(source + kernel).matchAll(/env\.(\w+)/g)].map(
    ([, name]) => name,
  );
  expect(names.length).toBeGreaterThan(6);
  expect(names.filter((name) => !stdout.includes(name ?? ''))).toEqual([]);
});
