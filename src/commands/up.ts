import type { Host } from '../host/host.ts';
import type { Journal } from '../host/journal.ts';
import type { Network } from '../model/network.ts';
import { type PlanReport, renderPlan } from '../output/plan.ts';
import { mergeNeeds, planStep, type Step } from '../plan/host/steps.ts';
import { PlanRefusal } from '../plan/refusal.ts';
import type { World } from '../process/world.ts';
import { applySteps, undo } from './apply.ts';
import { EXIT } from './exit-codes.ts';
import { MachineFailure } from './failure.ts';
import { takeHostLock } from './host-lock.ts';
import { openJournal } from './open-journal.ts';
import { persist } from './persist.ts';
import type { Claim, CommonOptions, Role, Target } from './role.ts';
import { dropUnneeded } from './take-down.ts';

/**
 * Prepares this host for the targets. Everything is read and checked first; nothing is changed before it is known that
 * all of it can be. A step that fails all the same has this run's changes undone.
 */
export async function up(
  role: Role,
  targets: readonly Target[],
  options: CommonOptions,
  world: World,
): Promise<number> {
  if (options.root !== undefined)
    return persist(role, targets, (target) => target.planImage(), options, world);
  const lock = options.dryRun ? undefined : await takeHostLock(role, world);
  const machine = await world.openHost();
  try {
    const journal = await openJournal(options.stateDir);
    if (!role.drain) refuseOtherWords(targets, journal);
    const network = await machine.network();
    const steps = await planSteps(machine, targets, network);
    const advice = targets.flatMap((target) => target.advice(network));
    for (const target of targets) advice.push(...((await target.inspect?.(machine)) ?? []));
    const changed = steps.some((step) => step.changed);
    if (options.dryRun) {
      print(world, options, { dryRun: true, steps, advice, notes: [] });
      return changed && options.exitCode ? EXIT.wouldChange : EXIT.ok;
    }
    const unrecorded = targets.filter(({ owner }) => !journal.owners.has(owner));
    const other = targets.filter(
      ({ owner, words }) => journal.owners.get(owner)?.join(' ') !== words.join(' '),
    );
    if (changed || other.length > 0) await refuseWithoutRight(machine, role);
    if (!options.takeOver) await refuseTaken(machine, claimsOf(targets, network), steps);
    const done = await carryOut(machine, journal, other, unrecorded, steps);
    const notes = await announceClaims(machine, claimsOf(targets, network), done);
    if (role.drain) notes.push(...(await dropUnneeded(machine, journal, role.drain, targets, done)));
    print(world, options, { dryRun: false, steps: done, advice, notes });
    return options.persist
      ? await persist(role, targets, (target) => target.plan(network), options, world)
      : EXIT.ok;
  } finally {
    await lock?.release();
    await machine.close();
  }
}

/** What the targets need, against what is. Throws a PlanRefusal. */
export async function planSteps(
  machine: Host,
  targets: readonly Target[],
  network: Network,
): Promise<Step[]> {
  const needs = mergeNeeds(new Map(targets.map((target) => [target.owner, target.plan(network)])));
  const steps: Step[] = [];
  for (const need of needs) {
    if (need.setting.kind === 'module' && (await machine.moduleState(need.setting.name)) === 'missing') {
      throw new PlanRefusal(`this kernel has no module ${need.setting.name}`);
    }
    steps.push(planStep(need, await machine.read(need.setting)));
  }
  return steps;
}

async function carryOut(
  machine: Host,
  journal: Journal,
  other: readonly Target[],
  unrecorded: readonly Target[],
  steps: readonly Step[],
): Promise<Step[]> {
  if (other.length > 0) {
    for (const { owner, words } of other) journal.setOwner(owner, words);
    await journal.save();
  }
  try {
    return await applySteps(machine, journal, steps);
  } catch (error) {
    const { left } = await undo(
      machine,
      journal,
      unrecorded.map(({ owner }) => owner),
    );
    const rest = left.map(({ what }) => what).join(', ');
    const undone = unrecorded.length > 0 ? 'this host is as it was before' : 'what was done before it stays';
    const outcome = rest === '' ? undone : `left behind: ${rest}`;
    throw new MachineFailure(`${(error as Error).message}; ${outcome}`, { cause: error });
  }
}

function refuseOtherWords(targets: readonly Target[], journal: Journal): void {
  for (const { owner, words } of targets) {
    const recorded = journal.owners.get(owner);
    if (recorded && recorded.join(' ') !== words.join(' ')) {
      throw new PlanRefusal(`${owner} is up with \`${recorded.join(' ')}\`; take it down first`);
    }
  }
}

async function refuseWithoutRight(machine: Host, role: Role): Promise<void> {
  if (await machine.mayChange()) return;
  throw new PlanRefusal(`only root (CAP_NET_ADMIN) may prepare a ${role.name}`);
}

/** An address that is about to be added, and that another host answers for, stays that host's. */
async function refuseTaken(machine: Host, claims: readonly Claim[], steps: readonly Step[]): Promise<void> {
  const claimed = newClaims(claims, steps);
  // Silence takes its time to be sure of.
  const holders = await Promise.all(claimed.map(({ device, address }) => machine.whoHas(device, address)));
  for (const [index, { device, address }] of claimed.entries()) {
    const holder = holders[index];
    if (holder !== undefined) {
      throw new PlanRefusal(
        `${address} is in use on the segment of ${device}, by ${holder} (a real server that answers ARP, or another director?); --take-over takes it all the same`,
      );
    }
  }
}

async function announceClaims(
  machine: Host,
  claims: readonly Claim[],
  done: readonly Step[],
): Promise<string[]> {
  const notes: string[] = [];
  for (const { device, address } of newClaims(claims, done)) {
    const told = await machine.announce(device, address);
    notes.push(
      told
        ? `${address}: the segment of ${device} was told that it is here`
        : `${address}: the segment of ${device} could not be told that it is here; neighbours that knew another holder find out by themselves, within a minute or so`,
    );
  }
  return notes;
}

function claimsOf(targets: readonly Target[], network: Network): Claim[] {
  return targets.flatMap((target) => target.claims?.(network) ?? []);
}

function newClaims(claims: readonly Claim[], steps: readonly Step[]): Claim[] {
  return claims.filter(({ device, address }) =>
    steps.some(
      ({ setting, changed, before }) =>
        changed &&
        before.value === 'absent' &&
        setting.kind === 'address' &&
        setting.address === address &&
        setting.device === device,
    ),
  );
}

function print(world: World, { json }: CommonOptions, report: PlanReport): void {
  world.stdout.write(renderPlan(report, json ? 'json' : 'text'));
}
