import { renderDiff } from '../../output/diff.ts';
import { paintFor } from '../../output/paint.ts';
import { renderPlannedJson } from '../../output/table-change.ts';
import { isSame } from '../../plan/table/diff.ts';
import { changesOf, stepsOf } from '../../plan/table/diff-changes.ts';
import type { World } from '../../process/world.ts';
import { EXIT } from '../exit-codes.ts';
import { tellFailure } from '../failure.ts';
import { readTable, withKernel } from '../kernel.ts';
import { spellPrune } from '../prune.ts';
import { readWanted } from '../table-files.ts';
import { formatStrangers, planTable, tellStrangers } from '../table-plan.ts';
import { newCommand, runCommand } from '../words.ts';

interface Values {
  readonly prune?: boolean;
  readonly json?: boolean;
}

/** Shows what `apply` would change. */
export async function run(words: readonly string[], world: World): Promise<number> {
  let code: number = EXIT.ok;
  const program = newCommand('lvsadm diff', 'Shows what apply would change in the IPVS table.')
    .argument('<file...>', 'YAML or JSON; a folder of such files; - for standard input')
    .option('--prune', 'as if services and sync daemons that the documents do not mention were to go')
    .option('--no-prune', 'as if they were to stay (default)')
    .option('--json', 'print one JSON document')
    .action(async (files: string[], values: Values) => {
      code = await diff(files, values, world);
    });
  try {
    await runCommand(program, words.map(spellPrune), world);
    return code;
  } catch (error) {
    tellFailure(world, 'diff', error);
    // Two says that there is a difference.
    return EXIT.failed;
  }
}

async function diff(files: readonly string[], { prune, json }: Values, world: World): Promise<number> {
  const documents = await readWanted(files, world);
  const { difference } = await withKernel(world, async (kernel) =>
    planTable(await readTable(kernel), documents, prune === true, world),
  );
  if (json) {
    world.stdout.write(renderPlannedJson(changesOf(stepsOf(difference)), formatStrangers(difference)));
  } else {
    const paint = await paintFor(world.stdout, world.environment);
    world.stdout.write(renderDiff(difference, { from: 'the table', to: files.join(' ') }, paint));
    tellStrangers(difference, world);
  }
  return isSame(difference) ? EXIT.ok : EXIT.differs;
}
