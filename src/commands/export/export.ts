import { renderJson } from '../../output/json.ts';
import type { World } from '../../process/world.ts';
import { documentOf, formatDocument } from '../../syntax/document/text.ts';
import { EXIT } from '../exit-codes.ts';
import { tellFailure } from '../failure.ts';
import { readTable, withKernel } from '../kernel.ts';
import { newCommand, runCommand } from '../words.ts';

/** Prints the table as a document that `apply` and `diff` read. */
export async function run(words: readonly string[], world: World): Promise<number> {
  const program = newCommand('lvsadm export', 'Prints the IPVS table as a document for apply and diff.')
    .option('--json', 'as JSON instead of YAML')
    .action(async ({ json }: { readonly json?: boolean }) => {
      const table = await withKernel(world, readTable);
      world.stdout.write(json ? renderJson(documentOf(table)) : formatDocument(table));
    });
  try {
    await runCommand(program, words, world);
    return EXIT.ok;
  } catch (error) {
    return tellFailure(world, 'export', error);
  }
}
