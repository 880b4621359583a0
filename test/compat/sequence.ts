/** One command line, as a program gets it. */
export interface Step {
  /** Without the program's name. */
  readonly words: readonly string[];
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Command lines that are carried out one after the other, from an empty table. */
export interface Sequence {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** What a command line has come to. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Looks at the table from all sides, in one run of the program. */
const LOOK: Step = {
  words: ['-R'],
  stdin: [
    '-Ln --tun-info',
    '-Ln --nosort --persistent-conn',
    '-Ln --thresholds',
    '-Ln --stats --exact',
    '-Sn',
    '-L --timeout',
    '-L --daemon',
    '',
  ].join('\n'),
};

/**
 * A sequence from short-hand: a text is cut at blanks, an array is words as they are. A look at the whole state
 * follows the last step, so that a sequence proves what it did, not just what it said.
 */
export function sequence(name: string, ...steps: readonly (string | readonly string[] | Step)[]): Sequence {
  return { name, steps: [...steps.map(readStep), LOOK] };
}

/** One sequence for each command line on a line of its own, each after the same beginning, which is restored. */
export function each(name: string, beginning: readonly string[], lines: string): Sequence[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => sequence(`${name}: ${line}`, restore(...beginning), line));
}

/** A run of `-R` with these lines. */
export function restore(...lines: readonly string[]): Step {
  return { words: ['-R'], stdin: lines.map((line) => `${line}\n`).join('') };
}

function readStep(step: string | readonly string[] | Step): Step {
  if (typeof step === 'string') return { words: step.split(' ').filter((word) => word !== '') };
  return 'words' in step ? step : { words: step };
}
