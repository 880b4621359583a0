import type { Host } from '../../host/host.ts';
import type { Network } from '../../model/network.ts';
import { adviseModules } from '../../plan/host/advice.ts';
import { mergeNeeds, planStep, type Step } from '../../plan/host/steps.ts';
import {
  adviseTarget,
  type Claim,
  claimsOf,
  planTarget,
  type Role,
  type Target,
  targetKey,
} from '../../plan/host/target.ts';
import { PlanRefusal } from '../../plan/refusal.ts';
import { settingKey } from '../../settings/index.ts';
import { formatTarget } from '../../syntax/target/target.ts';
import { HostFailure, isOfHost } from './failure.ts';
import { countLive, inspect, type OpenKernel } from './fullnat.ts';
import type { Journal } from './journal.ts';
import { carryOut, release, undoAll } from './transaction.ts';

/** What has to be done to a host, and what its operator should know. */
export interface Preparation {
  readonly targets: readonly Target[];
  readonly steps: readonly Step[];
  /** One sentence each. */
  readonly advice: readonly string[];
  readonly network: Network;
}

/** What was done to a host. */
export interface PrepareReport {
  /** The steps as they came out. */
  readonly steps: readonly Step[];
  readonly advice: readonly string[];
  /** What came of it besides; one sentence each. */
  readonly notes: readonly string[];
  readonly network: Network;
}

export interface PrepareOptions {
  readonly openKernel: OpenKernel;
  /** Take an address although another host answers for it. */
  readonly takeOver?: boolean;
  /** Called after each step. */
  readonly onStep?: (step: Step) => void;
}

/** Reads this host and plans; changes nothing. Rejects with a PlanRefusal when it cannot be. */
export async function planPreparation(
  host: Host,
  targets: readonly Target[],
  { openKernel }: Pick<PrepareOptions, 'openKernel'>,
): Promise<Preparation> {
  const network = await host.network();
  const steps = await planSteps(host, targets, network);
  const advice = targets.flatMap((target) => adviseTarget(target, network));
  for (const target of targets) {
    if (target.role === 'fullnat') advice.push(...(await inspect(target.fullnat, host, openKernel)));
  }
  advice.push(...adviseModules(steps));
  return { targets, steps, advice: [...new Set(advice)], network };
}

/** What the targets need, against what is. Rejects with a PlanRefusal. */
export async function planSteps(host: Host, targets: readonly Target[], network: Network): Promise<Step[]> {
  const needs = mergeNeeds(
    new Map(targets.map((target) => [targetKey(target), planTarget(target, network)])),
  );
  const steps: Step[] = [];
  for (const need of needs) {
    if (need.setting.kind === 'module' && (await host.moduleState(need.setting.name)) === 'missing') {
      throw new PlanRefusal(`this kernel has no module ${need.setting.name}`, 'no-module');
    }
    steps.push(planStep(need, await host.read(need.setting)));
  }
  return steps;
}

/**
 * Prepares this host for the targets. Everything is read and checked first; nothing is changed before it is known that
 * all of it can be. A step that fails all the same has this run's changes undone. May be repeated. Rejects with a
 * PlanRefusal before anything was changed, with a HostFailure after.
 */
export async function prepare(
  host: Host,
  journal: Journal,
  targets: readonly Target[],
  options: PrepareOptions,
): Promise<PrepareReport> {
  refuseOtherTargets(targets, journal);
  const { steps, advice, network } = await planPreparation(host, targets, options);
  const unrecorded = targets.filter((target) => !journal.targets.has(targetKey(target)));
  const other = targets.filter((target) => !isRecorded(target, journal));
  const isChange = steps.some(({ changed }) => changed) || other.length > 0;
  if (isChange) await refuseWithoutRight(host, targets[0]?.role ?? 'director', 'prepare');
  const claims = targets.flatMap((target) => claimsOf(target, network));
  if (!options.takeOver) await refuseTaken(host, claims, steps);
  if (other.length > 0) {
    for (const target of other) journal.setTarget(target);
    await journal.save();
  }
  const done = await tryOut(host, journal, unrecorded, steps, options);
  const notes = await announceClaims(host, claims, done);
  notes.push(...(await dropUnneeded(host, journal, targets, done)));
  return { steps: done, advice, notes, network };
}

async function tryOut(
  host: Host,
  journal: Journal,
  unrecorded: readonly Target[],
  steps: readonly Step[],
  { onStep }: PrepareOptions,
): Promise<Step[]> {
  try {
    return await carryOut(host, journal, steps, onStep);
  } catch (error) {
    const { left } = await undoAll(host, journal, unrecorded.map(targetKey));
    const rest = left.map(({ setting }) => settingKey(setting)).join(', ');
    const undone = unrecorded.length > 0 ? 'this host is as it was before' : 'what was done before it stays';
    if (!isOfHost(error)) throw error;
    const outcome = rest === '' ? undone : `left behind: ${rest}`;
    throw new HostFailure(`${error.message}; ${outcome}`, { cause: error });
  }
}

const sameWords = (a: Target, b: Target) => formatTarget(a).join(' ') === formatTarget(b).join(' ');

function isRecorded(target: Target, journal: Journal): boolean {
  const recorded = journal.targets.get(targetKey(target));
  return recorded !== undefined && sameWords(recorded, target);
}

/** A role without live connections of its own is taken down before it comes up with other options. */
function refuseOtherTargets(targets: readonly Target[], journal: Journal): void {
  for (const target of targets) {
    const recorded = journal.targets.get(targetKey(target));
    if (target.role === 'fullnat' || !recorded || sameWords(recorded, target)) continue;
    throw new PlanRefusal(
      `${targetKey(target)} is up with \`${formatTarget(recorded).join(' ')}\`; take it down first`,
      'other-target',
    );
  }
}

export async function refuseWithoutRight(
  host: Host,
  role: Role,
  act: 'prepare' | 'take down',
): Promise<void> {
  if (await host.mayChange()) return;
  const what = act === 'prepare' ? `prepare a ${role}` : `take a ${role} down`;
  throw new PlanRefusal(`only root (CAP_NET_ADMIN) may ${what}`, 'not-permitted');
}

/** An address that is about to be added, and that another host answers for, stays that host's. */
async function refuseTaken(host: Host, claims: readonly Claim[], steps: readonly Step[]): Promise<void> {
  const claimed = newClaims(claims, steps);
  // Silence takes its time to be sure of.
  const holders = await Promise.all(claimed.map(({ device, address }) => host.whoHas(device, address)));
  for (const [index, { device, address }] of claimed.entries()) {
    const holder = holders[index];
    if (holder !== undefined) {
      throw new PlanRefusal(
        `${address} is in use on the segment of ${device}, by ${holder} (a real server that answers ARP, or another director?); --take-over takes it all the same`,
        'address-taken',
      );
    }
  }
}

async function announceClaims(
  host: Host,
  claims: readonly Claim[],
  done: readonly Step[],
): Promise<string[]> {
  const notes: string[] = [];
  for (const { device, address } of newClaims(claims, done)) {
    const announced = await host.announce(device, address);
    notes.push(
      announced
        ? `${address}: the segment of ${device} was told that it is here`
        : `${address}: the segment of ${device} could not be told that it is here; neighbours that knew another holder find out by themselves, within a minute or so`,
    );
  }
  return notes;
}

function newClaims(claims: readonly Claim[], steps: readonly Step[]): Claim[] {
  return claims.filter(({ device, address }) =>
    steps.some(
      ({ setting, changed, before }) =>
        changed &&
        before.is === 'absent' &&
        setting.kind === 'address' &&
        setting.address === address &&
        setting.device === device,
    ),
  );
}

/**
 * Undoes what FULLNAT services that were up with other options do not need any more, unless live connections do: that
 * stays on record, and goes with a later run or with undoing.
 */
async function dropUnneeded(
  host: Host,
  journal: Journal,
  targets: readonly Target[],
  done: readonly Step[],
): Promise<string[]> {
  const needed = new Set(done.map(({ what }) => what));
  const notes: string[] = [];
  for (const target of targets) {
    if (target.role !== 'fullnat') continue;
    const owner = targetKey(target);
    const spare = journal.entries
      .filter((entry) => entry.owners.includes(owner) && !needed.has(settingKey(entry.setting)))
      .map(({ setting }) => setting);
    const idle = new Set<string>();
    for (const setting of spare) {
      const key = settingKey(setting);
      const count = await countLive(host, target.fullnat, setting);
      if (count === 0) idle.add(key);
      else notes.push(`${key} stays for ${count} live connections; say this again when they have ended`);
    }
    await release(host, journal, [owner], (setting) => idle.has(settingKey(setting)));
  }
  return notes;
}
