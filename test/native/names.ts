import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NameSystem } from '../../src/host/name-service.ts';
import type { Dice } from '../compat/dice.ts';
import type { Case } from './reference.ts';

// Files of names by chance, and lines that use the names.

/** The files that names are in. */
export interface NameFiles {
  readonly hosts: string | Buffer;
  readonly services: string | Buffer;
}

const BLANKS = [' ', ' ', '\t', '  ', ' \t ', '\v', '\f'];
const NAMES = [
  ...[
    'web1',
    'WEB1',
    'web2',
    'web2.example.com',
    'db',
    'localhost',
    'a.b',
    'x',
    '1a',
    'été',
    'straße',
    'x_y',
    '-n',
    'a:b',
  ],
  ...[
    '10.0.0.256',
    '1.2.3.4.5',
    'trailing.',
    '1.2.',
    'dead:beef',
    'ip6-localhost',
    'ｗｗｗ',
    '１0.0.0.1',
    'É',
  ],
];
const ADDRESSES = [
  ...[
    '10.0.0.1',
    '10.0.0.2',
    '192.168.77.1',
    '127.0.0.1',
    '127.0.1.1',
    '10.200.0.9',
    '0.0.0.0',
    '255.255.255.255',
  ],
  ...[
    '::1',
    '2001:db8::1',
    '::ffff:10.0.0.3',
    '::FFFF:a00:4',
    '010.0.0.5',
    '10.1',
    '10.0.0.300',
    '0x0a000001',
    'fe80::1%lo',
  ],
];

export function hostsFile(dice: Dice): string {
  return fileOfLines(dice, '10.0.0.7 db', () => {
    const names = Array.from({ length: 1 + dice.below(3) }, () => dice.one(NAMES));
    return [dice.one(ADDRESSES), ...names];
  });
}

const PORTS = ['http', 'HTTP', 'www', 'alt', 'é', 'x-1', '80x', 'domain', 'a/b', '8080'];
const NUMBERS = [
  ...[
    '80',
    '81',
    '53',
    '0',
    '65535',
    '65536',
    '70000',
    '0100',
    '08',
    '0x61',
    '0x',
    '0XfF',
    '+96',
    '-1',
    '-80',
    '',
    'x',
  ],
  ...[
    '4294967295',
    '4294967296',
    '18446744073709551615',
    '18446744073709551616',
    '99999999999999999999',
    '0200000',
  ],
];

export function servicesFile(dice: Dice): string {
  return fileOfLines(dice, 'domain 53/tcp', () => {
    const where = `${dice.one(NUMBERS)}${dice.one(['/', '/', '/', '//', '', ' /', '/ '])}${dice.one(['tcp', 'tcp', 'udp', 'sctp', 'TCP', ''])}`;
    return [dice.one(PORTS), where, ...Array.from({ length: dice.below(3) }, () => dice.one(PORTS))];
  });
}

/** `last` is a line that may lack its end: if it begins with a blank, libc then doubles its last letter. */
function fileOfLines(dice: Dice, last: string, words: () => string[]): string {
  const lines = Array.from({ length: 1 + dice.below(12) }, () => {
    const text = words().join(dice.one(BLANKS));
    return `${dice.one(['', '', '', ' ', '\t', '#'])}${text}${dice.one(['', '', '', ' ', '# more', '#more', '\r'])}`;
  });
  return `${lines.join('\n')}\n${dice.one(['', '', last])}`;
}

/** Lines in which every name stands wherever one can. */
export function linesWithNames(): Case[] {
  const hosts = NAMES.flatMap((name) => [
    ['-A', '-t', `${name}:80`],
    ['-a', '-t', '10.0.0.1:80', '-r', name],
    ['-A', '-u', '10.0.0.1:80', '-p', '-M', name],
    ['-D', '-t', `[${name}:80]:80`],
  ]);
  const ports = [...PORTS, ...NUMBERS].flatMap((name) => [
    ['-A', '-t', `10.0.0.1:${name}`],
    ['-A', '-u', `10.0.0.1:${name}`],
    ['-D', '--sctp-service', `10.0.0.1:${name}`],
    ['-a', '-f', '1', '-r', `10.0.0.1:${name}`],
  ]);
  const listings = [['-Lc'], ['-Lnc'], ['-L', '-c', '--persistent-conn']];
  return [...hosts, ...ports, ...listings].map((words) => ({ words }));
}

/** Connections whose addresses and ports may have names in such files. */
export function connections(): string {
  const hex = (address: string) =>
    address
      .split('.')
      .reduce((text, part) => text + Number(part).toString(16).toUpperCase().padStart(2, '0'), '');
  const rows = [
    '10.0.0.1',
    '10.0.0.2',
    '10.0.0.3',
    '10.0.0.4',
    '127.0.0.1',
    '127.0.1.1',
    '10.200.0.9',
    '192.168.77.1',
  ].flatMap((address) =>
    [80, 53, 97, 64, 4464, 65535, 255].map((port) => {
      const end = `${hex(address)} ${port.toString(16).toUpperCase().padStart(4, '0')}`;
      return `TCP ${end} ${end} ${end} ESTABLISHED     10`;
    }),
  );
  const head = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData';
  return `${[head, ...rows].join('\n')}\n`;
}

/** Writes the files, and says how the C library, and how ours, are to find them. */
export function install(files: NameFiles, folder: string): { surroundings: string[]; system: NameSystem } {
  const paths = {
    hosts: join(folder, 'hosts'),
    services: join(folder, 'services'),
    nsswitch: join(folder, 'nsswitch.conf'),
  };
  writeFileSync(paths.hosts, files.hosts);
  writeFileSync(paths.services, files.services);
  writeFileSync(paths.nsswitch, 'hosts: files\nservices: files\n');
  const script =
    'mount --bind "$1" /etc/hosts && mount --bind "$2" /etc/services && mount --bind "$3" /etc/nsswitch.conf && shift 3 && exec "$@"';
  const shell = ['sh', '-c', script, 'sh', paths.hosts, paths.services, paths.nsswitch];
  // As a user this takes a namespace in which the user is root.
  return { surroundings: ['unshare', '-r', '-m', ...shell], system: { ...paths, getent: 'getent' } };
}
