import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Reference } from './reference.ts';
import { describeMessages } from './requests.ts';

/** Host names from DNS: ipvsadm and ours ask the same name server, which is seen by nobody else. */

const NAMES = [
  'multi',
  'multi.example.test',
  'six',
  'six.example.test',
  'nosuch',
  'file',
  'file6',
  'localhost',
];

let folder: string;
let reference: Reference;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'native-dns-'));
  reference = new Reference();
});

afterAll(() => {
  reference?.close();
  rmSync(folder, { recursive: true });
});

/** A network of its own with that name server, and files that say what is asked. */
function surroundings(hosts: string): string[] {
  const files = {
    'resolv.conf': 'nameserver 127.0.0.1\nsearch example.test\n',
    'nsswitch.conf': `hosts: ${hosts}\n`,
    hosts: '127.0.0.1 localhost\n10.1.1.1 file\n10.0.0.2 file\n2001:db8::7 file6 multi\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const mounts = Object.keys(files).map((name) => `mount --bind ${folder}/${name} /etc/${name}`);
  const server = `exec ${process.execPath} ${join(import.meta.dirname, 'fake-dns.mjs')} "$@"`;
  const script = [...mounts, 'ip link set lo up', server].join(' && ');
  return ['unshare', '-r', '-m', '-n', 'sh', '-c', script, 'sh'];
}

test.each([
  'files dns',
  'dns files',
  'files [NOTFOUND=return] dns',
  'files',
  'dns',
  'files nosuch dns',
  'dns [!UNAVAIL=return] files',
])('hosts: %s', (sources) => {
  const around = surroundings(sources);
  const cases = NAMES.map((name) => ({ words: ['-D', '-t', `${name}:80`] }));
  const expected = reference
    .run(cases, { NAMES: '1' }, around)
    .map(({ messages }) => /1\.3: ([0-9a-f]{8})/.exec(describeMessages(messages)[0] ?? '')?.[1] ?? null)
    .map((hex) => hex && [...Buffer.from(hex, 'hex')].join('.'));
  expect(expected.some((address) => address !== null)).toBe(true);

  const finder = join(folder, 'finder.mjs');
  buildSync({
    stdin: {
      contents: `import { newHostFinder } from './src/host/hosts.ts';
          const find = newHostFinder();
          console.log(JSON.stringify(await Promise.all(process.argv.slice(2).map((name) => find(name)))));`,
      resolveDir: join(import.meta.dirname, '../..'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: finder,
    logLevel: 'error',
  });
  const [program, ...words] = [...around, process.execPath, finder, ...NAMES];
  const seen: unknown = JSON.parse(execFileSync(program!, words, { encoding: 'utf8' }));
  expect(Object.fromEntries(NAMES.map((name, at) => [name, (seen as unknown[])[at]]))).toEqual(
    Object.fromEntries(NAMES.map((name, at) => [name, expected[at]])),
  );
});
