import { type Command, CommanderError } from 'commander';
import type { World } from '../process/world.ts';
import { UsageError } from '../syntax/usage-error.ts';
import { EXIT } from './exit-codes.ts';
import { tellFailure } from './failure.ts';
import { newCommand } from './words.ts';

/** A subcommand: takes the words after its name, writes to the world's streams, resolves to the exit code. */
export interface Subcommand {
  run(words: readonly string[], world: World): Promise<number>;
}

/** What a command does with its arguments and options, which commander hands over in this order; gives the exit code. */
// biome-ignore lint/suspicious/noExplicitAny: commander itself does not know what it has read.
export type Act = (...read: any[]) => number | Promise<number>;

export interface Definition {
  readonly name: string;
  /** One sentence for `--help`. */
  readonly summary: string;
  /**
   * Gives `program` its arguments, options and subcommands. `perform` says what one of them does; an act throws a
   * UsageError, or what `tellFailure` knows.
   */
  define(program: Command, world: World, perform: (command: Command, act: Act) => void): void;
  /** Another spelling of a word, for what commander does not read. */
  readonly spell?: (word: string) => string;
  /** The exit code of a line that cannot be read, where 2 says something else. */
  readonly usage?: number;
}

/** The frame that all subcommands share: reads the words, carries out what they name, says what went wrong. */
export function subcommand({
  name,
  summary,
  define,
  spell,
  usage = EXIT.usage,
}: Definition): Subcommand['run'] {
  return async (words, world) => {
    let code: number = EXIT.ok;
    const program = newCommand(`lvsadm ${name}`, summary);
    define(program, world, (command, act) => {
      command.action(async (...read: unknown[]) => {
        code = await act(...read);
      });
    });
    try {
      await parse(program, spell ? words.map(spell) : words, world);
      return (await tellLostOutput(world, name)) ? code || EXIT.failed : code;
    } catch (error) {
      const act = program.commands.length > 0 ? words.slice(0, 1) : [];
      const named = [name, ...act.filter((word) => !word.startsWith('-'))].join(' ');
      return tellFailure(world, named, error, usage);
    }
  };
}

/** Whether something of the output did not reach its reader: then what is there must not be taken for all of it. */
async function tellLostOutput({ stdout, stderr }: World, name: string): Promise<boolean> {
  const error: NodeJS.ErrnoException | undefined = await stdout.finish?.();
  // A reader that wants no more, such as `head`, is no failure to speak of.
  if (error && error.code !== 'EPIPE') {
    stderr.write(`lvsadm ${name}: the output is not complete: ${error.message}\n`);
  }
  return error !== undefined;
}

/** Has commander read the words and run what they name. Throws a UsageError. */
async function parse(program: Command, words: readonly string[], world: World): Promise<void> {
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeOut: (text) => world.stdout.write(text), writeErr: () => {} });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === EXIT.ok) return;
    const message = error.message
      .replace(/^error: /, '')
      .replace(/\n\(Did you mean (.*)\?\)$/, ': did you mean $1?')
      .trim();
    throw new UsageError(message === '(outputHelp)' ? `say ${listNames(program)}; see --help` : message);
  }
}

/** `up, down or status` */
function listNames({ commands }: Command): string {
  const names = commands.map((command) => command.name());
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : `${names[0]}`;
}
