import type { World } from '../process/world.ts';
import { SUBCOMMAND_NAMES } from '../syntax/subcommands.ts';
import { didYouMean } from '../syntax/suggestion.ts';
import { EXIT } from './exit-codes.ts';

/** Says that a word is no subcommand, and which one may be meant. */
export function refuseUnknown(word: string, { programName, stderr }: World): number {
  const suggestion = didYouMean(word, SUBCOMMAND_NAMES);
  stderr.write(
    `${programName}: there is no subcommand '${word}'${suggestion || `; see ${programName} --help`}\n`,
  );
  return EXIT.usage;
}
