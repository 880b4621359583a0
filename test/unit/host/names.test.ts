import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findHostNames } from '../../../src/host/names.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'names-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a `getent` in front of the real one: a shell script that gets the addresses after `hosts`. */
function standIn(script: string): void {
  const path = join(folder, 'getent');
  writeFileSync(path, `#!/bin/sh\nshift\n${script}\n`);
  chmodSync(path, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
}

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`);

test('asks the system: the canonical name, not the aliases', async () => {
  standIn('echo "$1       canonical.example.com alias other"');
  expect(await findHostNames(['10.0.0.1'])).toEqual(new Map([['10.0.0.1', 'canonical.example.com']]));
});

test('what the real getent says of this machine', async () => {
  expect((await findHostNames(['127.0.0.1'])).get('127.0.0.1')).toBe('localhost');
});

test('one name missing does not cost the others', async () => {
  standIn('for a; do [ $a = 10.0.0.7 ] || echo "$a name-of-$a"; done; exit 2');
  const names = await findHostNames(addresses(100));
  expect(names.size).toBe(99);
  expect(names.get('10.0.0.8')).toBe('name-of-10.0.0.8');
  expect(names.has('10.0.0.7')).toBe(false);
});

test('looks each address up once', async () => {
  standIn(`for a; do echo $a >> ${folder}/log; done`);
  await findHostNames(['10.0.0.1', '10.0.0.2', '10.0.0.1']);
  expect(readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').sort()).toEqual([
    '10.0.0.1',
    '10.0.0.2',
  ]);
});

test('gives up in time, and keeps what it has', async () => {
  standIn('[ $1 = 10.0.0.0 ] && echo "$1 quick" && exit; exec sleep 30');
  const start = Date.now();
  expect(await findHostNames(addresses(600), 500)).toEqual(new Map([['10.0.0.0', 'quick']]));
  expect(Date.now() - start).toBeLessThan(5_000);
});

test('a system without getent', async () => {
  vi.stubEnv('PATH', folder);
  expect(await findHostNames(['127.0.0.1'])).toEqual(new Map());
});

test('no addresses', async () => {
  expect(await findHostNames([])).toEqual(new Map());
});
