import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newHostFinder } from '../../../src/host/hosts.ts';

// Held against the C library itself, with files by chance and a name server, in test/native/.

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hosts-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A system with a hosts file, and a `getent` that is a shell script, whose words are in `log`. */
function system(hosts: string, script = 'exit 2', nsswitch = 'hosts: files dns\n') {
  const paths = {
    hosts: join(folder, 'hosts'),
    nsswitch: join(folder, 'nsswitch'),
    getent: join(folder, 'getent'),
  };
  writeFileSync(paths.hosts, hosts);
  writeFileSync(paths.nsswitch, nsswitch);
  writeFileSync(paths.getent, `#!/bin/sh\necho "$@" >> ${folder}/log\n${script}\n`);
  chmodSync(paths.getent, 0o755);
  return paths;
}

function log(): string {
  try {
    return readFileSync(join(folder, 'log'), 'utf8');
  } catch {
    return '';
  }
}

describe('the address of a host name', () => {
  const HOSTS = `10.1.0.77 web4
127.0.1.1 web4
192.168.77.1 web3 WWW
192.168.5.9 web3
2001:db8::1 six
::1 loop
::ffff:10.0.0.9 mapped
10.0.0.8 été # bytes, as they are
`;

  it.each([
    ['web4', '10.1.0.77'],
    ['web3', '192.168.77.1'],
    ['WEB3', '192.168.77.1'],
    ['www', '192.168.77.1'],
    ['loop', '127.0.0.1'],
    ['mapped', '10.0.0.9'],
    ['été', '10.0.0.8'],
  ])('%s: the first line of the hosts file counts, and nobody else is asked', async (name, address) => {
    expect(await newHostFinder(system(HOSTS))(name)).toBe(address);
    expect(log()).toBe('');
  });

  it.each([
    '１0.0.0.1',
    '10。0。0。1',
    '①0.0.0.1',
    'ｗｗｗ',
    'web4\u00ad',
    '１',
    'ÉTÉ',
    '10.0.0.256',
    '1.2.3.4.5',
    'dead:beef',
    'a b',
    '',
  ])('%s is no host name', async (name) => {
    expect(await newHostFinder(system(HOSTS, 'echo 10.9.9.9'))(name)).toBeNull();
    expect(log()).toBe('');
  });

  it('is that which the system gives first, in its order', async () => {
    const paths = system(
      HOSTS,
      'echo 203.0.113.9 a; echo 10.0.0.9 a',
      'hosts: files mdns [NOTFOUND=return] dns # first\n',
    );
    expect(await newHostFinder(paths)('-n')).toBe('203.0.113.9');
    expect(log()).toBe('-s hosts:mdns [NOTFOUND=return] dns hosts -- -n\n');
  });

  it('is asked for again where the system gives an IPv6 one', async () => {
    const script = 'case "$*" in *ahostsv4*) echo 10.0.0.9 STREAM a;; *) echo 2001:db8::9 a;; esac';
    expect(await newHostFinder(system(HOSTS, script))('six')).toBe('10.0.0.9');
    expect(log()).toBe('-s hosts:dns hosts -- six\n-s hosts:dns ahostsv4 -- six\n');
  });

  it.each([
    ['hosts: dns files', '-s hosts:dns hosts -- nosuch\n'],
    ['hosts: files [NOTFOUND=return] dns', ''],
    ['hosts: files [SUCCESS=merge] dns', '-s hosts:dns hosts -- nosuch\n'],
    ['hosts: dns [!UNAVAIL=return] files', '-s hosts:dns [!UNAVAIL=return] files hosts -- nosuch\n'],
    ['', '-s hosts:dns hosts -- nosuch\n'],
  ])('nsswitch.conf with %j', async (nsswitch, asked) => {
    expect(await newHostFinder(system(HOSTS, undefined, nsswitch))('nosuch')).toBeNull();
    expect(log()).toBe(asked);
  });

  it('is asked of Node.js where there is no getent', async () => {
    const paths = { ...system('', undefined, 'hosts: dns\n'), getent: join(folder, 'nosuch') };
    expect(await newHostFinder(paths)('localhost')).toBe('127.0.0.1');
  });
});
