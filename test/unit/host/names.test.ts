import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NameSystem } from '../../../src/host/name-service.ts';
import { findHostNames, LOOKUP_LIMIT } from '../../../src/host/names.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'names-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A system whose `getent` is a shell script that gets the addresses after `-s hosts:dns hosts`. */
function standIn(script: string, hosts = ''): NameSystem {
  const system = {
    hosts: join(folder, 'hosts'),
    nsswitch: join(folder, 'nsswitch.conf'),
    getent: join(folder, 'getent'),
  };
  writeFileSync(system.hosts, hosts);
  writeFileSync(system.nsswitch, 'hosts: files dns\n');
  writeFileSync(
    system.getent,
    `#!/bin/sh\n[ "$1 $2 $3" = '-s hosts:dns hosts' ] || exit 9\nshift 3\n${script}\n`,
  );
  chmodSync(system.getent, 0o755);
  return system;
}

const addresses = (count: number) =>
  Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`);

test('asks the system: the canonical name, not the aliases', async () => {
  const system = standIn('echo "$1       canonical.example.com alias other"');
  expect(await findHostNames(['10.0.0.1'], LOOKUP_LIMIT, system)).toEqual(
    new Map([['10.0.0.1', 'canonical.example.com']]),
  );
});

test('what the real getent says of this machine', async () => {
  expect((await findHostNames(['127.0.0.1'])).get('127.0.0.1')).toBe('localhost');
});

test('one name missing does not cost the others', async () => {
  const system = standIn('for a; do [ $a = 10.0.0.7 ] || echo "$a name-of-$a"; done; exit 2');
  const names = await findHostNames(addresses(100), LOOKUP_LIMIT, system);
  expect(names.size).toBe(99);
  expect(names.get('10.0.0.8')).toBe('name-of-10.0.0.8');
  expect(names.has('10.0.0.7')).toBe(false);
});

test('looks each address up once', async () => {
  const system = standIn(`for a; do echo $a >> ${folder}/log; done`);
  await findHostNames(['10.0.0.1', '10.0.0.2', '10.0.0.1'], LOOKUP_LIMIT, system);
  expect(readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').sort()).toEqual([
    '10.0.0.1',
    '10.0.0.2',
  ]);
});

test('gives up in time, and keeps what it has', async () => {
  const system = standIn('[ $1 = 10.0.0.0 ] && echo "$1 quick" && exit; exec sleep 30');
  const start = Date.now();
  expect(await findHostNames(addresses(600), 500, system)).toEqual(new Map([['10.0.0.0', 'quick']]));
  expect(Date.now() - start).toBeLessThan(5_000);
});

test('a system without getent', async () => {
  const system = { ...standIn('', '127.0.0.1 localhost\n'), getent: join(folder, 'nosuch') };
  expect(await findHostNames(['127.0.0.1', '10.0.0.1'], LOOKUP_LIMIT, system)).toEqual(
    new Map([['127.0.0.1', 'localhost']]),
  );
});

test('names of the hosts file are not asked for, and cannot be late', async () => {
  const log = join(folder, 'log');
  const system = standIn(`echo "$@" >> ${log}; exec sleep 30`, '10.0.0.1 one uno\n2001:db8::1 six\n');
  const names = await findHostNames(['10.0.0.1', '2001:db8::1', '10.0.0.2'], 300, system);
  expect(names).toEqual(
    new Map([
      ['10.0.0.1', 'one'],
      ['2001:db8::1', 'six'],
    ]),
  );
  expect(readFileSync(log, 'utf8')).toBe('10.0.0.2\n');
});

test.each(['', '/usr/sbin:/sbin', '.'])('getent is found with PATH=%s', async (path) => {
  vi.stubEnv('PATH', path);
  const system = { ...standIn(''), nsswitch: join(folder, 'files-by-getent'), getent: 'getent' };
  writeFileSync(system.nsswitch, 'hosts: nosuch [UNAVAIL=continue] files\n');
  expect((await findHostNames(['127.0.0.1'], LOOKUP_LIMIT, system)).get('127.0.0.1')).toBe('localhost');
});

test('no addresses', async () => {
  expect(await findHostNames([])).toEqual(new Map());
});
