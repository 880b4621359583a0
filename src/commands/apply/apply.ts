import { whileLocked } from '../../actions/table/destination.ts';
import type { Busy } from '../../actions/table/execute.ts';
import {
  planTable,
  type ReconcileEvent,
  type ReconcileReport,
  readWanted,
  reconcile,
} from '../../actions/table/reconcile.ts';
import { findTableOwners } from '../../host/owners.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import { parseDuration } from '../../model/duration.ts';
import { renderDiff } from '../../output/diff.ts';
import { paintFor } from '../../output/paint.ts';
import { renderApplyJson, renderApplyText, renderPlannedJson } from '../../output/table-change.ts';
import { isSame, type TableDifference } from '../../plan/table/diff.ts';
import { changesOf, stepsOf } from '../../plan/table/diff-changes.ts';
import { newProgress, newTimedProgress, type Progress } from '../../process/progress.ts';
import type { World } from '../../process/world.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { type Documents, readFiles } from '../documents.ts';
import { addDryRun, refuseExitCodeAlone } from '../dry-run.ts';
import { EXIT } from '../exit-codes.ts';
import { MachineFailure } from '../failure.ts';
import { tellUnsettled, withKernel } from '../kernel.ts';
import { spellPrune } from '../prune.ts';
import { formatStrangers, refuseDoubts, refuseOnePacket, tellStrangers } from '../strangers.ts';
import { subcommand } from '../subcommand.ts';

interface Values {
  readonly dryRun?: boolean;
  readonly exitCode?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
  readonly rollback?: boolean;
  readonly drain?: boolean;
  readonly cut?: boolean;
  readonly timeout?: string;
}

const DEFAULT_DRAIN = 60;

/** Makes the table what documents say, with the fewest changes and without cutting a connection. */
export const run = subcommand({
  name: 'apply',
  summary: 'Makes the IPVS table what documents say.',
  spell: spellPrune,
  define(program, world, perform) {
    program.argument('<file...>', 'YAML or JSON; a folder of such files; - for standard input');
    addDryRun(program, 'show what would change, and change nothing')
      .option('--prune', 'remove services and sync daemons that the documents do not mention')
      .option('--no-prune', 'leave them (default)')
      .option('--rollback', 'when the kernel refuses something, put the table back as it was')
      .option('--drain', 'wait until removed destinations have no connections, then delete them')
      .option('--timeout <time>', 'with --drain: how long to wait at most (default 60s)')
      .option('--cut', 'delete removed destinations at once, with their connections')
      .option('--json', 'print one JSON document');
    perform(program, (files: string[], values: Values) => apply(files, values, world));
  },
});

async function apply(files: readonly string[], values: Values, world: World): Promise<number> {
  const busy = readBusy(values);
  refuseExitCodeAlone(values);
  const documents = await readFiles(files, world);
  if (!values.dryRun) {
    const task = () => withKernel(world, (kernel) => change(kernel, documents, { ...values, busy }, world));
    return whileLocked(task, world.takeLock);
  }
  return withKernel(world, async (kernel) => {
    const difference = planTable(
      await readWanted(kernel, tellUnsettled(world)),
      documents.wanted,
      values.prune === true,
    );
    await review(difference, documents, world);
    return show(difference, files, values, world);
  });
}

function readBusy({ drain, cut, timeout }: Values): Busy {
  if (drain && cut) throw new UsageError('--drain and --cut exclude each other');
  if (timeout !== undefined && !drain) throw new UsageError('--timeout goes with --drain');
  if (cut) return { kind: 'cut' };
  if (!drain) return { kind: 'keep' };
  const seconds = timeout === undefined ? DEFAULT_DRAIN : parseDuration(timeout);
  if (seconds === undefined) throw new UsageError(`--timeout: '${timeout}' is not a time such as 60 or 5m`);
  return { kind: 'wait', seconds };
}

async function review(difference: TableDifference, documents: Documents, world: World): Promise<void> {
  refuseDoubts(difference, documents, world);
  await refuseOnePacket(difference, world);
}

async function show(
  difference: TableDifference,
  files: readonly string[],
  { json, exitCode }: Values,
  world: World,
): Promise<number> {
  if (json) {
    world.stdout.write(renderPlannedJson(changesOf(stepsOf(difference)), formatStrangers(difference)));
  } else {
    const paint = await paintFor(world.stdout, world.environment);
    world.stdout.write(
      renderDiff(difference, { from: 'the table', to: files.join(' ') }, paint) || 'nothing to do\n',
    );
    tellStrangers(difference, world);
  }
  return exitCode && !isSame(difference) ? EXIT.wouldChange : EXIT.ok;
}

async function change(
  kernel: Kernel,
  documents: Documents,
  { busy, rollback = false, prune = false, json }: Values & { readonly busy: Busy },
  world: World,
): Promise<number> {
  const progress = newProgress(world);
  const interrupt = world.interrupt();
  let isFirst = true;
  try {
    const report = await reconcile(kernel, documents.wanted, {
      busy,
      prune,
      rollback,
      clock: world.clock,
      signal: interrupt.signal,
      async review(difference) {
        await review(difference, documents, world);
        if (!isFirst) return;
        isFirst = false;
        await tellOthers(world);
        if (!json) tellStrangers(difference, world);
      },
      onEvent: showEvents(progress, world),
    });
    progress.end();
    const told = { ...report, strangers: formatStrangers(report.difference) };
    world.stdout.write(json ? renderApplyJson(told) : renderApplyText(told));
    return outcome(report, busy, world);
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

async function tellOthers(world: World): Promise<void> {
  for (const { name, pid } of await findTableOwners()) {
    world.stderr.write(
      `note: ${name} (process ${pid}) runs here; it may change back what is changed in this table\n`,
    );
  }
}

function showEvents(progress: Progress, world: World): (event: ReconcileEvent) => void {
  const showDone = newTimedProgress(progress, world.clock.now);
  return (event) => {
    switch (event.kind) {
      case 'changing':
        showDone(() => `${event.done} of ${event.total} changes`);
        return;
      case 'waiting': {
        const count = event.busy.reduce(
          (sum, { active, inactive, persistent }) => sum + active + inactive + persistent,
          0,
        );
        progress.show(
          `waiting for ${count} connections of ${event.busy.length} destinations, ${event.secondsLeft} s left`,
        );
        return;
      }
      case 'unsettled':
        progress.end();
        tellUnsettled(world)();
        return;
      case 'planning-anew':
        progress.end();
        world.stderr.write('note: somebody else changed the table meanwhile; it is read and compared anew\n');
    }
  };
}

function outcome(
  { refused, rollback, interrupted, undone, busy: left }: ReconcileReport,
  busy: Busy,
  world: World,
) {
  if (refused.length > 0) {
    const isBack = rollback && rollback.refused.length === 0 && rollback.busy.length === 0;
    const state = isBack ? 'the table is as it was before' : 'what was done stays; see above';
    throw new MachineFailure(`the kernel refused ${refused.length} of the changes; ${state}`);
  }
  if (interrupted) return EXIT.interrupted;
  if (undone.length > 0) {
    throw new MachineFailure(
      `somebody else keeps changing this table: ${undone.length} of the changes are due again; see above`,
    );
  }
  if (left.length === 0) return EXIT.ok;
  const hint = busy.kind === 'wait' ? 'apply again' : 'apply again later, or with --drain or --cut';
  world.stderr.write(`lvsadm apply: removed destinations that have connections are still there; ${hint}\n`);
  return EXIT.unfinished;
}
