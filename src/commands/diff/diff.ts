import { planTable, readWanted } from '../../actions/table/reconcile.ts';
import { renderDiff } from '../../output/diff.ts';
import { paintFor } from '../../output/paint.ts';
import { renderPlannedJson } from '../../output/table-change.ts';
import { isSame } from '../../plan/table/diff.ts';
import { changesOf, stepsOf } from '../../plan/table/diff-changes.ts';
import type { World } from '../../process/world.ts';
import { readFiles } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { tellUnsettled, withKernel } from '../kernel.ts';
import { spellPrune } from '../prune.ts';
import { formatStrangers, refuseDoubts, tellStrangers } from '../strangers.ts';
import { subcommand } from '../subcommand.ts';

interface Values {
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** Shows what `apply` would change. */
export const run = subcommand({
  name: 'diff',
  summary: 'Shows what apply would change in the IPVS table.',
  spell: spellPrune,
  // Two says that there is a difference.
  usage: EXIT.failed,
  define(program, world, perform) {
    program
      .argument('<file...>', 'YAML or JSON; a folder of such files; - for standard input')
      .option('--prune', 'as if services and sync daemons that the documents do not mention were to go')
      .option('--no-prune', 'as if they were to stay (default)')
      .option('--json', 'print one JSON document');
    perform(program, (files: string[], values: Values) => diff(files, values, world));
  },
});

async function diff(files: readonly string[], { prune, json }: Values, world: World): Promise<number> {
  const documents = await readFiles(files, world);
  const difference = await withKernel(world, async (kernel) =>
    planTable(await readWanted(kernel, tellUnsettled(world)), documents.wanted, prune === true),
  );
  refuseDoubts(difference, documents, world);
  if (json) {
    world.stdout.write(renderPlannedJson(changesOf(stepsOf(difference)), formatStrangers(difference)));
  } else {
    const paint = await paintFor(world.stdout, world.environment);
    world.stdout.write(renderDiff(difference, { from: 'the table', to: files.join(' ') }, paint));
    tellStrangers(difference, world);
  }
  return isSame(difference) ? EXIT.ok : EXIT.differs;
}
