import type { Host } from '../../host/host.ts';
import type { Network } from '../../model/network.ts';
import { findProblems } from '../../plan/host/problems.ts';
import type { Target } from '../../plan/host/target.ts';
import { PlanRefusal } from '../../plan/refusal.ts';
import { planSteps } from './prepare.ts';

/** Whether this host is as a target needs it. */
export interface TargetStatus {
  readonly target: Target;
  /** One sentence each; empty when all is well. */
  readonly problems: readonly string[];
  /** What to prepare to have them fixed: mostly the target itself. `undefined` when preparing would be refused too. */
  readonly fix: Target | undefined;
}

/** Compares this host with what targets need. Changes nothing. */
export async function examineTargets(host: Host, targets: readonly Target[]): Promise<TargetStatus[]> {
  const network = await host.network();
  const statuses: TargetStatus[] = [];
  for (const target of targets) statuses.push(await examineTarget(host, target, network));
  return statuses;
}

async function examineTarget(host: Host, target: Target, network: Network): Promise<TargetStatus> {
  try {
    return { target, problems: findProblems(await planSteps(host, [target], network)), fix: target };
  } catch (error) {
    if (!(error instanceof PlanRefusal)) throw error;
    const fix =
      error.code === 'needs-gateway' && target.role === 'realserver' && target.server.mode === 'nat'
        ? { ...target, server: { ...target.server, setGateway: true } }
        : undefined;
    return { target, problems: [error.message], fix };
  }
}
