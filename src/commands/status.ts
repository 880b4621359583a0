import type { Host } from '../host/host.ts';
import type { Journal } from '../host/journal.ts';
import type { Network } from '../model/network.ts';
import { renderStatus, type TargetStatus } from '../output/status.ts';
import { findProblems } from '../plan/host/problems.ts';
import { PlanRefusal } from '../plan/refusal.ts';
import type { World } from '../process/world.ts';
import { EXIT } from './exit-codes.ts';
import { openJournal } from './open-journal.ts';
import type { CommonOptions, Role, Target } from './role.ts';
import { planSteps } from './up.ts';

/** Tells whether this host is prepared for the targets; for those on record of this role when none is given. */
export async function status(
  role: Role,
  given: readonly Target[] | undefined,
  options: CommonOptions,
  world: World,
): Promise<number> {
  const machine = await world.openHost();
  try {
    const targets = given ?? recordedTargets(role, await openJournal(options.stateDir));
    const network = await machine.network();
    const statuses: TargetStatus[] = [];
    for (const target of targets) statuses.push(await check(role, target, machine, network));
    world.stdout.write(renderStatus(role.name, statuses, options.json ? 'json' : 'text'));
    const prepared = statuses.length > 0 && statuses.every(({ problems }) => problems.length === 0);
    return prepared ? EXIT.ok : EXIT.notPrepared;
  } finally {
    await machine.close();
  }
}

export function recordedTargets(role: Role, journal: Journal): Target[] {
  return [...journal.owners]
    .filter(([owner]) => owner.startsWith(`${role.name} `))
    .flatMap(([, words]) => role.targets(words));
}

export async function check(
  role: Role,
  target: Target,
  machine: Host,
  network: Network,
): Promise<TargetStatus> {
  const { owner, words } = target;
  const mend = `lvsadm ${role.name} up ${words.join(' ')}`;
  try {
    const steps = await planSteps(machine, [target], network);
    return { owner, words, problems: findProblems(steps), mend };
  } catch (error) {
    if (!(error instanceof PlanRefusal)) throw error;
    const needsGateway = words.includes('nat') && !words.includes('--set-gateway');
    return {
      owner,
      words,
      problems: [error.message],
      mend: needsGateway ? `${mend} --set-gateway` : mend,
    };
  }
}
