import fc from 'fast-check';
import { restore, type Sequence, sequence } from './sequence.ts';

/** The same sequences every time, none of which meets a deliberate difference. Change it to look elsewhere; what is found goes into a theme. */
const SEED = 20_240_607;
const DIRECT = 120;
const RESTORED = 120;

/**
 * Sequences by chance: mostly good command lines about few services and servers, so that they meet each other
 * (adding twice, editing what is there, deleting what is not), and some that are spoiled.
 */
export function generatedSequences(): Sequence[] {
  const direct = fc.sample(fc.array(commandWords, { minLength: 6, maxLength: 9 }), {
    seed: SEED,
    numRuns: DIRECT,
  });
  const restored = fc.sample(fc.array(restoredLine, { minLength: 15, maxLength: 40 }), {
    seed: SEED + 1,
    numRuns: RESTORED,
  });
  return [
    ...direct.map((commands, index) => sequence(`generated ${index + 1}`, BEGINNING, ...commands)),
    ...restored.map((lines, index) =>
      sequence(`generated restore ${index + 1}`, BEGINNING, restore(...lines)),
    ),
  ];
}

const SERVICES = [
  ...[
    '-t 10.0.0.1:80',
    '-t 10.0.0.1:443',
    '-u 10.0.0.1:53',
    '--sctp-service 10.0.0.1:80',
    '-t 192.168.0.1:80',
  ],
  ...[
    '-t [2001:db8::1]:80',
    '-u [2001:db8::1]:53',
    '-t 172.16.0.1:http',
    '-f 1',
    '-f 7',
    '-f 7 -6',
    '-f 2147483647',
  ],
];
const BEGINNING = restore(
  '-A -t 10.0.0.1:80 -s rr',
  '-A -u 10.0.0.1:53 -s sh -p',
  '-A -f 7',
  '-A -t [2001:db8::1]:80',
);
const SERVERS = [
  ...[
    '10.0.0.11',
    '10.0.0.11:80',
    '10.0.0.11:8080',
    '10.0.0.12',
    '192.168.0.11',
    '127.0.0.1',
    '0x0a00000b:http',
  ],
  ...[
    '2001:db8::11',
    '[2001:db8::11]:8080',
    '[2001:db8::12]:80',
    '[::ffff:10.0.0.9]:80',
    '0.0.0.0',
    'fe80::1',
  ],
];
const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'nope',
];
const SERVICE_OPTIONS = [
  ...SCHEDULERS.map((scheduler) => `-s ${scheduler}`),
  ...[
    '-p',
    '-p 60',
    '-p60',
    '--persistent=86400',
    '-p 60 -M 255.255.255.0',
    '-p -M 64',
    '-M 255.0.0.0',
    '-M 48',
  ],
  ...[
    '-o',
    '--ops',
    '--pe sip',
    '-p --pe sip',
    '--pe nope',
    '-b flag-1',
    '-b flag-2,flag-1',
    '-s sh -b sh-port',
  ],
  ...['-s mh -b mh-fallback,mh-port', '-s sh -b sh-fallback', '-s sh -b mh-port', '--sort', '-6'],
];
const SERVER_OPTIONS = [
  ...[
    '-m',
    '-g',
    '-i',
    '--masquerading',
    '-w 0',
    '-w 5',
    '-w7',
    '--weight=2147483647',
    '-x 100',
    '-x 100 -y 50',
  ],
  ...['-y 50', '-x 10 -y 20', '-m -w 3', '-i --tun-type gue --tun-port 6080', '-i --tun-type gre --tun-csum'],
  ...[
    '-i --tun-type gue --tun-port 1 --tun-remcsum',
    '-i --tun-type gre',
    '--tun-type ipip',
    '-i --tun-type ipip',
  ],
  ...['--tun-port 5', '-i --tun-nocsum', '-mw9', '-iw0'],
];
const LIST_OPTIONS = [
  ...[
    '--stats',
    '--rate',
    '--thresholds',
    '--persistent-conn',
    '--tun-info',
    '--exact',
    '-X',
    '--nosort',
    '--sort',
  ],
  ...['-c', '--timeout', '--daemon', '--syncid 3'],
];
const SPOILS = [
  ...[
    '',
    '-',
    '--',
    '-1',
    'x',
    '0x10',
    '99999999999',
    '2147483648',
    ' 1',
    '--bogus',
    '-z',
    '-n',
    '-A',
    '-L',
    '-t',
  ],
  ...[
    '-u 10.0.0.9:9',
    '-f 3',
    '-w',
    '-w x',
    '--weight=',
    '-s',
    '-p 0',
    '-r 10.0.0.11',
    '-m',
    '-c',
    '-6',
    '[',
    ':',
  ],
  ...[
    '256.1.1.1:80',
    '[2001:db8::1]',
    '2001:db8::1',
    '--stats=1',
    '-ops',
    '-nX',
    '--set',
    '5 6 7',
    '-M',
    '-b sh-port',
  ],
];

const oneOf = (texts: readonly string[]) => fc.constantFrom(...texts);
const few = (texts: readonly string[], most: number) =>
  fc.uniqueArray(oneOf(texts), { minLength: 0, maxLength: most });
const line = (...parts: fc.Arbitrary<string | string[]>[]) =>
  fc.tuple(...parts).map((texts) =>
    texts
      .flat()
      .filter((text) => text !== '')
      .join(' '),
  );

const service = oneOf(SERVICES);
const server = oneOf(SERVERS).map((text) => `-r ${text}`);
const serviceOptions = few(SERVICE_OPTIONS, 3);
const serverOptions = few(SERVER_OPTIONS, 3);

const goodLine = fc.oneof(
  { weight: 4, arbitrary: line(oneOf(['-A', '--add-service']), service, serviceOptions) },
  { weight: 3, arbitrary: line(oneOf(['-E', '--edit-service']), service, serviceOptions) },
  { weight: 1, arbitrary: line(oneOf(['-D', '--delete-service']), service) },
  { weight: 8, arbitrary: line(oneOf(['-a', '--add-server']), service, server, serverOptions) },
  { weight: 4, arbitrary: line(oneOf(['-e', '--edit-server']), service, server, serverOptions) },
  { weight: 2, arbitrary: line(oneOf(['-d', '--delete-server']), service, server) },
  { weight: 2, arbitrary: line(oneOf(['-Ln', '-l -n', '--list --numeric']), few(LIST_OPTIONS, 3)) },
  { weight: 1, arbitrary: line(oneOf(['-Ln', '-nL', '-Lnt']), service, few(LIST_OPTIONS, 2)) },
  { weight: 1, arbitrary: oneOf(['-S', '-Sn', '-Z', '-L', '-C', '--set 5 0 7', '-Z -t 10.0.0.1:80']) },
);

/** Words in their place, and then one too many, one too few, or two changed for each other. */
const spoiledWords = fc
  .tuple(goodLine, fc.nat(), fc.nat(), oneOf(SPOILS), fc.nat(4))
  .map(([text, at, other, spoil, how]) => {
    const words = text.split(' ');
    const first = at % words.length;
    const second = other % words.length;
    switch (how) {
      case 0:
        return words.toSpliced(first, 1);
      case 1:
        return words.toSpliced(first, 1, ...spoil.split(' '));
      case 2:
        return words.toSpliced(first, 0, words[second]!);
      case 3:
        return words.with(first, words[second]!).with(second, words[first]!);
      default:
        return words.toSpliced(first + 1, 0, ...spoil.split(' '));
    }
  });

const commandWords = fc.oneof(
  { weight: 3, arbitrary: goodLine.map((text) => text.split(' ')) },
  { weight: 1, arbitrary: spoiledWords },
);

/** Most mistakes end a restore, so there are fewer of them. */
const restoredLine = fc.oneof(
  { weight: 40, arbitrary: goodLine },
  { weight: 1, arbitrary: spoiledWords.map((words) => words.join(' ')) },
);
