import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { processWorld } from '../../../src/process/process-world.ts';
import { SUBCOMMAND_GROUPS, type SubcommandName } from '../../../src/syntax/subcommands.ts';

/** Subcommands that are two words. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  SUBCOMMAND_GROUPS.flatMap(({ subcommands }) =>
    subcommands.flatMap((listed) => ('acts' in listed ? [[listed.name, listed.acts]] : [])),
  ),
);

/** Every subcommand, with each of its actions where it has some. */
export const LINES = Object.keys(SUBCOMMANDS).flatMap(
  (name) => ACTIONS[name]?.map((action) => `${name} ${action}`) ?? [name],
);

/** The long options that `--help` tells of a line's subcommand. */
export async function optionsOf(line: string): Promise<string[]> {
  const [name = '', ...words] = line.split(' ');
  let text = '';
  const stream = {
    write(chunk: string) {
      text += chunk;
    },
  };
  const subcommand = await SUBCOMMANDS[name as SubcommandName]();
  await subcommand.run([...words, '--help'], { ...processWorld(), stdout: stream, stderr: stream });
  const options = [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z0-9-]+)/gm)].map((match) => match[1]!).sort();
  if (!options.includes('--json')) throw new Error(`the help of ${line} is not understood:\n${text}`);
  return options;
}
