import { OPTIONS } from '../../src/syntax/ipvsadm/options.ts';
import { Dice } from '../compat/dice.ts';
import { SPOILS, spoil } from '../compat/generated.ts';
import { chanceLine, type Guess } from '../compat/grammar-of-chance.ts';
import type { Case } from './reference.ts';

// Cases by chance: the same ones for the same seed.

/** A generator of numbers from 0 to 2³²−1 (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** So many things made by chance, each with dice of its own. */
export function byChance<T>(count: number, seed: number, make: (dice: Dice) => T): T[] {
  const next = numbersFrom(seed);
  return Array.from({ length: count }, () => make(new Dice(Array.from({ length: 256 }, next))));
}

/** Command lines as people write them, one in two of them spoilt, once or more often. */
export function commandLine(dice: Dice): Case {
  return {
    words: maybeSpoilt(chanceLine(dice, guess(dice)).split(' '), dice, 2),
    posix: dice.below(8) === 0,
  };
}

/** Words that have little to do with each other. */
export function wordSoup(dice: Dice): Case {
  const words = [dice.below(8) === 0 ? dice.one(WORDS) : dice.one(COMMANDS)];
  for (let left = dice.below(7); left > 0; left--) words.push(word(dice));
  return { words, posix: dice.below(8) === 0 };
}

/** A command line with an odd address, port, mask or number in one place. */
export function oddValue(dice: Dice): Case {
  const [option, line] = dice.one(PLACES);
  const value = NUMBER_OPTIONS.test(option) ? number(dice) : dice.below(3) > 0 ? address(dice) : number(dice);
  const glued = option.startsWith('--') && dice.below(2) === 0 ? [`${option}=${value}`] : [option, value];
  return { words: [...line.split(' '), ...glued].filter((each) => each !== '') };
}

/** A file to restore, of lines of all these kinds, with odd blanks and bytes. */
export function restoreFile(dice: Dice): Case {
  const lines: string[] = [];
  const known = guess(dice);
  for (let left = 1 + dice.below(30); left > 0; left--) {
    const words = maybeSpoilt(chanceLine(dice, known).split(' '), dice, 40);
    const line = dice.weighted([
      [30, words.join(' ')],
      [2, words.join(dice.one(['  ', '\t', ' \r', '   \t ']))],
      [1, ` ipvsadm ${words.join(' ')}`],
      [1, `${words.join(' ')} ipvsadm `],
      [
        1,
        dice.one(['', '   ', '\t', '\r', '# nothing', '#', 'ipvsadm', '\0', `${words.join(' ')}\0x`, '""']),
      ],
    ]);
    lines.push(line);
  }
  // At its end a line may lack its end, but not behind blanks: what ipvsadm does then is among its defects.
  return {
    words: [dice.one(['-R', '--restore'])],
    stdin: `${lines.join('\n')}${dice.one(['\n', '\n', '\n\n'])}`,
  };
}

function guess(dice: Dice): Guess {
  const first = dice.one(['-t 10.0.0.1:80', '-u 10.0.0.1:53', '-f 7', '-t [2001:db8::1]:80']);
  return new Map([[first, new Set(first.includes('[') ? ['[2001:db8::12]:80'] : ['10.0.0.11'])]]);
}

/** Once in so many times a mistake is made, and then perhaps more of them. */
function maybeSpoilt(words: string[], dice: Dice, once: number): string[] {
  let spoilt = words;
  while (dice.below(once) === 0 && spoilt.length > 0) spoilt = spoil(spoilt, dice);
  return spoilt;
}

// `-h` has a text of our own; in the other kinds of cases it is met as well, and only its text is left out.
const COMMANDS = OPTIONS.filter(({ does }) => does === 'command').flatMap(({ letter, long }) =>
  letter ? [`-${letter}`, `--${long}`] : [`--${long}`],
);
const OPTION_WORDS = OPTIONS.flatMap(({ letter, long }) =>
  letter ? [`-${letter}`, `--${long}`] : [`--${long}`],
);
const LETTERS = OPTIONS.flatMap(({ letter }) => letter ?? []);
const VALUES = [
  ...[
    '1.1.1.1:80',
    '1.1.1.1',
    '[2001:db8::1]:80',
    '2001:db8::1',
    '10.0.0.2:8080',
    '::',
    ':',
    '[',
    ']:80',
    '0',
  ],
  ...[
    'rr',
    'sh',
    'mh',
    'wlc',
    'sh-port',
    'flag-1,flag-2',
    'sip',
    'gue',
    'gre',
    'ipip',
    'master',
    'backup',
    'eth0',
  ],
  ...[
    '1',
    '5',
    '80',
    'http',
    '255',
    '256',
    '300',
    '65536',
    '-1',
    '',
    ' ',
    '=',
    '-',
    '--',
    'x',
    '224.0.0.1',
    'ff02::1',
  ],
  ...[
    '255.255.255.0',
    '64',
    '128',
    '129',
    'ipvsadm',
    '%s',
    "'",
    '"',
    '\\',
    '*',
    '~',
    '$HOME',
    '\t',
    '\n',
    '\x7f',
  ],
];
const WORDS = [...OPTION_WORDS, ...VALUES, ...SPOILS];

function word(dice: Dice): string {
  switch (dice.below(6)) {
    case 0:
      return `-${dice.one(LETTERS)}${dice.one(LETTERS)}${dice.one(['', dice.one(LETTERS)])}`;
    case 1:
      return `${dice.one(OPTION_WORDS)}${dice.one(['', '='])}${dice.one(VALUES)}`;
    case 2:
    case 3:
      return dice.one(OPTION_WORDS);
    default:
      return dice.one(VALUES);
  }
}

/** Options that take a value, each with the line that it is put behind. */
const PLACES: readonly (readonly [option: string, line: string])[] = [
  ['-t', '-A'],
  ['-t', '-D'],
  ['--udp-service', '-A -s rr'],
  ['--sctp-service', '-Z'],
  ['-t', '-L'],
  ['-f', '-A'],
  ['--fwmark-service', '-a -r 10.0.0.2:80'],
  ['-r', '-a -t 10.0.0.1:80'],
  ['-r', '-a -t [2001:db8::1]:80 -m'],
  ['-r', '-a -f 7 -i'],
  ['-r', '-a -f 7 -m'],
  ['--real-server', '-d -u 10.0.0.1:53'],
  ['-M', '-A -t 10.0.0.1:80 -p'],
  ['-M', '-A -t [2001:db8::1]:80 -p'],
  ['-p', '-A -t 10.0.0.1:80'],
  ['--persistent', '-E -f 7 -6'],
  ['-w', '-a -t 10.0.0.1:80 -r 10.0.0.2'],
  ['-x', '-e -t 10.0.0.1:80 -r 10.0.0.2'],
  ['--l-threshold', '-e -t 10.0.0.1:80 -r 10.0.0.2'],
  ['--tun-port', '-a -t 10.0.0.1:80 -r 10.0.0.2 -i --tun-type gue'],
  ['--mcast-group', '--start-daemon master'],
  ['--mcast-port', '--start-daemon backup'],
  ['--mcast-ttl', '--start-daemon master'],
  ['--sync-maxlen', '--start-daemon master'],
  ['--syncid', '--stop-daemon backup'],
  ['-s', '-A -t 10.0.0.1:80'],
  ['--pe', '-A -t 10.0.0.1:80'],
  ['--mcast-interface', '--start-daemon master'],
  ['', '--set 5 6'],
];
const NUMBER_OPTIONS = /^(-[fpwx]|--(fw|pers|l-thr|tun|mcast-(port|ttl)|sync).*)$|^$/;

function number(dice: Dice): string {
  const plain = dice.one([
    ...['0', '1', '7', '80', '255', '256', '65507', '65508', '65535', '65536', '2678400', '2678401'],
    ...['2147483647', '2147483648', '4294967295', '4294967296', '4294967297', '9223372036854775807'],
    ...['9223372036854775808', '18446744073709551615', '18446744073709551617', '99999999999999999999999'],
    ...['0x10', '0X1f', '010', '08', '1e3', '1.5', 'abc', '', String(dice.below(100_000))],
  ]);
  return `${dice.one(['', '', '', '+', '-', ' ', '\t', '00', '--', '\v'])}${plain}${dice.one(['', '', '', '', ' ', 'x', '\n'])}`;
}

function address(dice: Dice): string {
  const host = dice.one([
    () => inet(dice),
    () => inet(dice),
    () => inet6(dice),
    () => `[${inet6(dice)}]`,
    () => mixed(dice),
  ])();
  const port = dice.one([
    '',
    ':80',
    ':80',
    ':http',
    ':0',
    `:${number(dice)}`,
    ':',
    '::80',
    ']:80',
    ':domain',
    ':HTTP',
  ]);
  return `${host}${port}`;
}

function inet(dice: Dice): string {
  const parts = Array.from({ length: dice.one([4, 4, 4, 4, 3, 2, 1, 5]) }, () =>
    dice.weighted([
      [12, String(dice.below(256))],
      [
        1,
        dice.one([
          '256',
          '0',
          '00',
          '010',
          '08',
          '0x1f',
          '0X',
          '0xg',
          '-1',
          '+1',
          '',
          ' 1',
          '65535',
          '65536',
        ]),
      ],
      [1, dice.one(['16777215', '16777216', '4294967295', '4294967296', '037777777777', '040000000000'])],
    ]),
  );
  return `${parts.join('.')}${dice.one(['', '', '', '', '', '.', ' ', ' x', '\t', 'x'])}`;
}

function inet6(dice: Dice): string {
  const groups = Array.from({ length: dice.one([8, 8, 7, 9, 3, 2]) }, () =>
    dice.one(['0', '', '1', 'db8', '2001', 'FFFF', 'fe80', '00ab', '12345', 'g', '10.0.0.1']),
  );
  const text = groups.join(':');
  return dice.one([
    text,
    text.replace(/:[^:]+:/, '::'),
    `::${groups.slice(0, 3).join(':')}`,
    '::1',
    '::',
    'fe80::1%lo',
    '::ffff:10.0.0.9',
    '::10.0.0.256',
    '2001:db8::1',
    `2001:db8::${groups[0]}`,
  ]);
}

function mixed(dice: Dice): string {
  const pieces = [
    '[',
    ']',
    ':',
    '.',
    '1',
    '10',
    'a',
    '::',
    '%',
    ' ',
    '255',
    'x',
    '-',
    '0x',
    '[::1]',
    '1.2.3.4',
  ];
  return Array.from({ length: 1 + dice.below(6) }, () => dice.one(pieces)).join('');
}
