import { ownName, type World } from '../process/world.ts';
import { EXIT } from './exit-codes.ts';
import { readText, textInput } from './lines.ts';
import { checkLines } from './restore-check.ts';
import { runIpvsadm } from './run.ts';

/** Exit code of the two programs for arguments that they do not have. */
const MISUSED = 1;

const isHelp = (word: string) => word === '-h' || word === '--help';

/** The program `lvsadm-save [-n]`: prints the table as lines that restore it, as `lvsadm -S [-n]` does. */
export async function runSave(words: readonly string[], world: World): Promise<number> {
  const name = ownName(world);
  if (name !== undefined && words.some(isHelp)) {
    world.stdout.write(SAVE_USAGE);
    return EXIT.ok;
  }
  if (words.some((word) => word.startsWith('-') && word !== '-n')) {
    world.stderr.write(name === undefined ? ipvsadmSaveUsage(world) : SAVE_USAGE);
    return MISUSED;
  }
  return runIpvsadm(words.includes('-n') ? ['-S', '-n'] : ['-S'], asMainProgram(world));
}

const SAVE_USAGE = `Usage: lvsadm-save [-n]
Prints the services of this host as lines that lvsadm-restore reads.
  -n    numbers instead of host and service names
`;

function ipvsadmSaveUsage({ programName }: World): string {
  return (
    `${programName}: Script to save the IPVS table to stdout.\n` +
    '   With the -n option, prints out the table in numeric format.\n'
  );
}

/**
 * The program `lvsadm-restore [--check] [FILE]`: makes the table what a file, or standard input, says. What was in the
 * table goes, and lines that begin with `#` are passed over. With `--check` nothing is touched if a line is wrong.
 * Under the name `ipvsadm-restore` arguments mean nothing, as there.
 */
export async function runRestore(words: readonly string[], world: World): Promise<number> {
  const name = ownName(world);
  if (name !== undefined && words.some(isHelp)) {
    world.stdout.write(RESTORE_USAGE);
    return EXIT.ok;
  }
  const options = name === undefined ? {} : readRestoreWords(words);
  if (!options) {
    world.stderr.write(RESTORE_USAGE);
    return MISUSED;
  }
  const { file, check = false } = options;
  let text: string;
  try {
    text = file === undefined ? await readText(world.stdin) : await world.readFile(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    world.stderr.write(`${world.programName}: cannot read ${file ?? 'standard input'}: ${reason}\n`);
    return MISUSED;
  }
  // Emptied, not taken out, so that the lines keep their numbers.
  const lines = text.split('\n').map((line) => (line.startsWith('#') ? '' : line));
  const program = asMainProgram(world);
  if (check && !(await checkLines(lines, program))) return EXIT.refused;
  // In front of the first lines, clearing travels in one message with them: the table is empty for an instant only.
  return runIpvsadm(['-R'], { ...program, stdin: textInput(['-C', ...lines].join('\n')) });
}

const RESTORE_USAGE = `Usage: lvsadm-restore [--check] [FILE]
Replaces the services of this host by those in FILE, or on standard input, as lvsadm-save prints them.
  --check    read everything first, and touch nothing if a line is wrong
`;

interface RestoreOptions {
  readonly file?: string;
  readonly check?: boolean;
}

/** `-n` is what one writes with `lvsadm-save`; it means nothing here. */
function readRestoreWords(words: readonly string[]): RestoreOptions | undefined {
  const files = words.filter((word) => !word.startsWith('-'));
  const known = words.every((word) => !word.startsWith('-') || word === '--check' || word === '-n');
  if (!known || files.length > 1) return undefined;
  return { check: words.includes('--check'), ...(files[0] !== undefined && { file: files[0] }) };
}

/** What is refused inside is refused by the program that does the work. */
function asMainProgram(world: World): World {
  return { ...world, programName: ownName(world) === undefined ? 'ipvsadm' : 'lvsadm' };
}
