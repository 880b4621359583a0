import { Journal } from '../actions/host/journal.ts';
import { whileHostLocked } from '../actions/host/lock.ts';
import { planPreparation, prepare, refuseWithoutRight } from '../actions/host/prepare.ts';
import { examineTargets } from '../actions/host/status.ts';
import { planUndo, undo } from '../actions/host/undo.ts';
import type { Host } from '../host/host.ts';
import { findProgram, NAMED_PROGRAM, removePersisted, writePersisted } from '../host/persistence.ts';
import { type PlanReport, renderPlan } from '../output/plan.ts';
import { renderStatus } from '../output/status.ts';
import { renderUndo } from '../output/undo.ts';
import { planImage, planTarget, type Role, type Target, targetKey } from '../plan/host/target.ts';
import type { World } from '../process/world.ts';
import type { Need } from '../settings/index.ts';
import { formatTarget } from '../syntax/target/target.ts';
import { EXIT } from './exit-codes.ts';
import type { HostOptions } from './host-options.ts';

/** `up`: prepares this host for the targets, or shows what that would be, or writes it down for the next boot. */
export async function up(
  role: Role,
  targets: readonly Target[],
  options: HostOptions,
  world: World,
): Promise<number> {
  if (options.root !== undefined) return persist(role, targets, planImage, options, world);
  const format = options.json ? 'json' : 'text';
  const print = (report: PlanReport) => world.stdout.write(renderPlan(report, format));
  const { openKernel } = world;
  if (options.dryRun) {
    return withHost(world, async (host) => {
      const { steps, advice } = await planPreparation(host, targets, { openKernel });
      print({ dryRun: true, steps, advice, notes: [] });
      const isChange = steps.some(({ changed }) => changed);
      return isChange && options.exitCode ? EXIT.wouldChange : EXIT.ok;
    });
  }
  return withHeldHost(role, 'prepare', world, async (host) => {
    const journal = await Journal.open(options.stateDir);
    const { takeOver } = options;
    const report = await prepare(host, journal, targets, { openKernel, takeOver });
    print({ ...report, dryRun: false });
    if (!options.persist) return EXIT.ok;
    return persist(role, targets, (target) => planTarget(target, report.network), options, world);
  });
}

/** `down`: puts back what was there before these targets came up; all of the role's when none is named. */
export async function down(
  role: Role,
  named: readonly string[],
  options: HostOptions,
  world: World,
): Promise<number> {
  if (options.root !== undefined) return unpersist(role, named, options, world);
  const format = options.json ? 'json' : 'text';
  const keysOf = (journal: Journal) =>
    [...journal.targets].flatMap(([key, target]) =>
      (named.length === 0 ? target.role === role : named.includes(key)) ? [key] : [],
    );
  if (options.dryRun) {
    const journal = await Journal.open(options.stateDir);
    const owners = keysOf(journal);
    const restored = planUndo(journal, owners, options).map(({ setting, before, set }) => ({
      setting,
      from: set,
      to: before,
    }));
    world.stdout.write(renderUndo({ dryRun: true, owners, restored, left: [], live: new Map() }, format));
    return restored.length > 0 && options.exitCode ? EXIT.wouldChange : EXIT.ok;
  }
  return withHeldHost(role, 'take down', world, async (host) => {
    const journal = await Journal.open(options.stateDir);
    const keys = keysOf(journal);
    const { now, wait, keepForwarding } = options;
    const report = await undo(host, journal, keys, { clock: world.clock, now, wait, keepForwarding });
    world.stdout.write(renderUndo({ dryRun: false, owners: report.gone, ...report }, format));
    if (options.persist) await unpersist(role, named, options, world);
    return report.live.size > 0 ? EXIT.unfinished : EXIT.ok;
  });
}

/** `status`: whether this host is prepared for the targets; for those on record of this role when none is given. */
export async function status(
  role: Role,
  given: readonly Target[] | undefined,
  options: HostOptions,
  world: World,
): Promise<number> {
  return withHost(world, async (host) => {
    const targets = given ?? recordedTargets(role, await Journal.open(options.stateDir));
    const statuses = await examineTargets(host, targets);
    world.stdout.write(renderStatus(role, statuses, options.json ? 'json' : 'text'));
    const prepared = statuses.length > 0 && statuses.every(({ problems }) => problems.length === 0);
    return prepared ? EXIT.ok : EXIT.notPrepared;
  });
}

export function recordedTargets<R extends Role>(role: R, journal: Journal): Extract<Target, { role: R }>[] {
  return [...journal.targets.values()].filter(
    (target): target is Extract<Target, { role: R }> => target.role === role,
  );
}

export async function withHost<T>(world: World, task: (host: Host) => Promise<T>): Promise<T> {
  const host = await world.openHost();
  try {
    return await task(host);
  } finally {
    await host.close();
  }
}

/** The same while nobody else changes the host; says so when that takes its time. Rejects with a PlanRefusal. */
function withHeldHost<T>(
  role: Role,
  act: 'prepare' | 'take down',
  world: World,
  task: (host: Host) => Promise<T>,
): Promise<T> {
  const { stderr, takeLock } = world;
  const onWait = (why: string) => stderr.write(`lvsadm ${role}: ${why}; waiting for it\n`);
  return withHost(world, async (host) => {
    // The lock is root's, too, and would say less.
    await refuseWithoutRight(host, role, act);
    return whileHostLocked(() => task(host), onWait, takeLock);
  });
}

/** Writes, for each target, a unit that prepares it at boot, and what it needs of settings as a sysctl fragment. */
async function persist(
  role: Role,
  targets: readonly Target[],
  needs: (target: Target) => readonly Need[],
  { root, json }: HostOptions,
  world: World,
): Promise<number> {
  const program = root === undefined ? await findProgram() : NAMED_PROGRAM;
  const written: string[] = [];
  for (const target of targets) {
    const settings = needs(target).flatMap(({ setting }) => (setting.kind === 'sysctl' ? [setting] : []));
    const persisted = { role, program, name: targetKey(target), words: formatTarget(target), settings };
    written.push(...(await writePersisted(root ?? '/', persisted)));
  }
  if (!json) world.stdout.write(written.map((path) => `wrote ${path}\n`).join(''));
  return EXIT.ok;
}

/** Removes the files of the targets of these names; of all of the role's when none is named. */
async function unpersist(
  role: Role,
  names: readonly string[],
  { root = '/', json }: HostOptions,
  world: World,
): Promise<number> {
  const removed = await removePersisted(root, role, names);
  if (!json) world.stdout.write(removed.map((path) => `removed ${path}\n`).join(''));
  return EXIT.ok;
}
