import fc from 'fast-check';
import { Dice } from './dice.ts';
import { chanceLine, type Guess } from './grammar-of-chance.ts';
import { restore, type Sequence, sequence } from './sequence.ts';

/** The same sequences every time. Change it to look elsewhere; what is found becomes part of a theme. */
const SEED = 20_240_607;
/** What the kernel says to right lines is what these are for; mistakes by the thousand are made in `test/native/`. */
const DIRECT = { sequences: 20, length: 8, spoilt: 8 };
const RESTORED = { sequences: 60, length: 30, spoilt: 200 };

const BEGINNING = ['-t 10.0.0.1:80', '-u 10.0.0.1:53', '-f 7', '-t [2001:db8::1]:80'];

/** What spoils a line. None of it leads to where the two are meant to differ. */
export const SPOILS = [
  ...[
    '',
    '-',
    '--',
    '-1',
    'x',
    '0x10',
    '99999999999',
    ' 1',
    '--bogus',
    '-z',
    '-n',
    '-A',
    '-L',
    '-t',
    '-w',
    '-w x',
  ],
  ...[
    '-u 10.0.0.9:9',
    '-f 3',
    '--weight=',
    '-s',
    '-p 0',
    '-r 10.0.0.11',
    '-m',
    '-c',
    '-6',
    '[',
    ':',
    '--set',
  ],
  ...[
    '256.1.1.1:80',
    '[2001:db8::1]',
    '2001:db8::1',
    '--stats=1',
    '-ops',
    '-nX',
    '5 6 7',
    '-M',
    '-b sh-port',
  ],
];

/**
 * Sequences by chance: command lines about few services and servers, so that they meet each other (adding twice,
 * editing what is there, deleting what is not). Most are right, and some are spoilt.
 */
export function generatedSequences(): Sequence[] {
  const beginning = restore(...BEGINNING.map((service) => `-A ${service} -s rr`));
  return [
    ...chanceSequences(DIRECT, SEED).map((lines, index) =>
      sequence(`generated ${index + 1}`, beginning, ...lines),
    ),
    ...chanceSequences(RESTORED, SEED + 1).map((lines, index) =>
      sequence(
        `generated restore ${index + 1}`,
        beginning,
        restore(...lines.map((words) => words.join(' '))),
      ),
    ),
  ];
}

/** For each sequence its lines, and for each line its words. One line in `spoilt` is. */
function chanceSequences({ sequences, length, spoilt }: typeof DIRECT, seed: number): string[][][] {
  const numbers = fc.array(fc.nat(), { minLength: 64 * length, maxLength: 64 * length });
  return fc.sample(numbers, { seed, numRuns: sequences }).map((rolls) => {
    const dice = new Dice(rolls);
    const guess: Guess = new Map(BEGINNING.map((service) => [service, new Set()]));
    return Array.from({ length }, () => {
      const words = chanceLine(dice, guess).split(' ');
      return dice.below(spoilt) === 0 ? spoil(words, dice) : words;
    });
  });
}

/** A word too many, too few, other words in its place, or two words exchanged. */
export function spoil(words: readonly string[], dice: Dice): string[] {
  const [first, second] = [dice.below(words.length), dice.below(words.length)];
  const foreign = dice.one(SPOILS).split(' ');
  return dice.one([
    words.toSpliced(first, 1),
    words.toSpliced(first, 0, words[second]!),
    words.toSpliced(first, 1, ...foreign),
    words.toSpliced(first + 1, 0, ...foreign),
    words.with(first, words[second]!).with(second, words[first]!),
  ]);
}
