import { takeLock } from '../../host/lock.ts';
import { findTableOwners } from '../../host/owners.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import { parseDuration } from '../../model/duration.ts';
import { renderDiff } from '../../output/diff.ts';
import { paintFor } from '../../output/paint.ts';
import {
  type BusyDestination,
  type ChangeReport,
  renderApplyJson,
  renderApplyText,
  renderPlannedJson,
} from '../../output/table-change.ts';
import { diffTable } from '../../plan/table/diff.ts';
import { changesOf, stepsOf } from '../../plan/table/diff-changes.ts';
import { serviceKey, type Wanted } from '../../plan/table/wanted.ts';
import { newProgress, newTimedProgress } from '../../process/progress.ts';
import type { World } from '../../process/world.ts';
import { EXIT } from '../exit-codes.ts';
import { MachineFailure } from '../failure.ts';
import { readTable, withKernel } from '../kernel.ts';
import { spellPrune } from '../prune.ts';
import { UsageError } from '../role.ts';
import { subcommand } from '../subcommand.ts';
import { type Busy, type ExecuteOptions, execute } from '../table-execute.ts';
import { readWanted } from '../table-files.ts';
import { formatStrangers, type Planned, planTable, refuseOnePacket, tellStrangers } from '../table-plan.ts';

interface Values {
  readonly dryRun?: boolean;
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
    program
      .argument('<file...>', 'YAML or JSON; a folder of such files; - for standard input')
      .option('--dry-run', 'show what would change, and change nothing')
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
  const documents = await readWanted(files, world);
  const lock = values.dryRun ? undefined : await takeLock('table');
  try {
    if (!values.dryRun && !lock) throw new MachineFailure('another lvsadm is changing this table');
    return await withKernel(world, async (kernel) => {
      const planned = planTable(await readTable(kernel), documents, values.prune === true, world);
      await refuseOnePacket(planned.difference, world);
      if (values.dryRun) return show(planned, files, values, world);
      return await change(kernel, planned, { ...values, busy }, world);
    });
  } finally {
    await lock?.release();
  }
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

async function show(
  { difference }: Planned,
  files: readonly string[],
  { json }: Values,
  world: World,
): Promise<number> {
  if (json) {
    world.stdout.write(renderPlannedJson(changesOf(stepsOf(difference)), formatStrangers(difference)));
    return EXIT.ok;
  }
  const paint = await paintFor(world.stdout, world.environment);
  world.stdout.write(
    renderDiff(difference, { from: 'the table', to: files.join(' ') }, paint) || 'nothing to do\n',
  );
  tellStrangers(difference, world);
  return EXIT.ok;
}

async function change(
  kernel: Kernel,
  { current, difference }: Planned,
  { busy, rollback, json }: Values & { readonly busy: Busy },
  world: World,
): Promise<number> {
  for (const { name, pid } of await findTableOwners()) {
    world.stderr.write(
      `note: ${name} (process ${pid}) runs here; it may change back what is changed in this table\n`,
    );
  }
  if (!json) tellStrangers(difference, world);
  const steps = stepsOf(difference);
  const progress = newProgress(world);
  const interrupt = world.interrupt();
  try {
    const { signal } = interrupt;
    const onWaiting = (waiting: readonly BusyDestination[], secondsLeft: number) => {
      const connections = waiting.reduce(
        (sum, { active, inactive, persistent }) => sum + active + inactive + persistent,
        0,
      );
      progress.show(
        `waiting for ${connections} connections of ${waiting.length} destinations, ${secondsLeft} s left`,
      );
    };
    const showDone = newTimedProgress(progress);
    const total = changesOf(steps).length;
    const onProgress = (done: number) => showDone(() => `${done} of ${total} changes`);
    const report = await execute(kernel, steps, { busy, clock: world.clock, signal, onWaiting, onProgress });
    progress.end();
    const restored =
      rollback && report.refused.length > 0
        ? await putBack(kernel, current, report, { clock: world.clock, signal })
        : undefined;
    const told = { ...report, rollback: restored, strangers: formatStrangers(difference) };
    world.stdout.write(json ? renderApplyJson(told) : renderApplyText(told));
    if (report.refused.length > 0) {
      const left = restored && restored.refused.length === 0 && restored.busy.length === 0;
      const outcome = left ? 'the table is as it was before' : 'what was done stays; see above';
      throw new MachineFailure(`the kernel refused ${report.refused.length} of the changes; ${outcome}`);
    }
    if (report.interrupted) return EXIT.interrupted;
    if (report.busy.length === 0) return EXIT.ok;
    const hint = busy.kind === 'wait' ? 'apply again' : 'apply again later, or with --drain or --cut';
    world.stderr.write(`lvsadm apply: removed destinations that have connections are still there; ${hint}\n`);
    return EXIT.unfinished;
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

/** Leads back to a snapshot. What others have added since is not touched. */
async function putBack(
  kernel: Kernel,
  snapshot: Wanted,
  { done }: ChangeReport,
  time: Pick<ExecuteOptions, 'clock' | 'signal'>,
): Promise<ChangeReport> {
  const added = new Set(
    done.flatMap((item) => (item.kind === 'add-service' ? [serviceKey(item.service)] : [])),
  );
  const started = new Set(done.flatMap((item) => (item.kind === 'start-daemon' ? [item.daemon.role] : [])));
  const difference = diffTable(await readTable(kernel), snapshot, {
    prune: { services: added, daemons: started },
  });
  return execute(kernel, stepsOf(difference), { busy: { kind: 'keep' }, ...time });
}
