import type { Kernel } from '../../ipvs/kernel.ts';
import { readTable } from '../../ipvs/read-table.ts';
import type { Change } from '../../model/change.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import { formatServiceId } from '../../model/service.ts';
import { PlanRefusal } from '../../plan/refusal.ts';
import { diffTable, findFamilyConflict, type TableDifference } from '../../plan/table/diff.ts';
import { changesOf, stepsOf } from '../../plan/table/diff-changes.ts';
import type { BusyDestination, ChangeReport, RefusedChange } from '../../plan/table/report.ts';
import { destinationKey, serviceKey, type Wanted, wantedOf } from '../../plan/table/wanted.ts';
import { type ExecuteOptions, execute } from './execute.ts';

/** How far a reconciliation is. */
export type ReconcileEvent =
  /** So many of the changes were sent. */
  | { readonly kind: 'changing'; readonly done: number; readonly total: number }
  /** Connections of destinations that go are waited for. */
  | { readonly kind: 'waiting'; readonly busy: readonly BusyDestination[]; readonly secondsLeft: number }
  /** Others change the table all the time; what they change may be missing in what was read. */
  | { readonly kind: 'unsettled' }
  /** Somebody else changed the table meanwhile; it was read again. */
  | { readonly kind: 'planning-anew'; readonly attempt: number };

export interface ReconcileOptions extends Pick<ExecuteOptions, 'busy' | 'clock' | 'signal'> {
  /** Whether services and sync daemons that are not wanted go. */
  readonly prune?: boolean;
  /** Whether the table is put back as it was when the kernel refuses something. */
  readonly rollback?: boolean;
  /** Sees each plan before any of it is carried out; what it throws refuses it. */
  readonly review?: (difference: TableDifference) => void | Promise<void>;
  readonly onEvent?: (event: ReconcileEvent) => void;
}

/** What came of making the table as it is wanted. */
export interface ReconcileReport extends ChangeReport {
  /** What the first plan was. */
  readonly difference: TableDifference;
  /** What putting the table back did, after a refusal. */
  readonly rollback: ChangeReport | undefined;
  /** How often the table was read and the way planned. */
  readonly attempts: number;
  /** What is not as wanted when it is looked at in the end, because somebody else changed it: the changes still due. */
  readonly undone: readonly Change[];
}

/** Plans until we give up: somebody else is as quick as we are, and means it. */
const ATTEMPTS = 3;
/** Refusals that say that the table is not what it was when the plan was made. */
const STALE: ReadonlySet<string> = new Set(['EEXIST', 'ENOENT', 'ESRCH']);

/**
 * The table as it is, as something to want. `onUnsettled` is called when others changed it during every reading: what
 * they changed may be missing, or be as it was before.
 */
export async function readWanted(kernel: Kernel, onUnsettled: () => void = () => {}): Promise<Wanted> {
  const { table, settled } = await readTable(kernel, { counters: false });
  if (!settled) onUnsettled();
  return wantedOf(table);
}

/** Compares. Throws a PlanRefusal for what the kernel is sure to refuse. */
export function planTable(current: Wanted, wanted: Wanted, prune: boolean): TableDifference {
  const difference = diffTable(current, wanted, { prune });
  const conflict = findFamilyConflict(current, difference);
  if (!conflict) return difference;
  const { daemon, service, destination } = conflict;
  throw new PlanRefusal(
    `the kernel does not allow the ${daemon.role} sync daemon beside destination ${formatEndpoint(destination)} of ${formatServiceId(service)}, which is of another address family than its service; nothing was changed`,
  );
}

/**
 * Makes the table what is wanted, with the fewest changes, additions first; what nobody wants and nobody mentions is
 * left alone unless it is to be pruned. When the table turns out to have been changed by somebody else meanwhile it is
 * read and planned anew, and it is looked at once more in the end. Rejects with a PlanRefusal before anything was
 * changed, or with an IpvsError when the kernel cannot be asked.
 */
export async function reconcile(
  kernel: Kernel,
  wanted: Wanted,
  options: ReconcileOptions = {},
): Promise<ReconcileReport> {
  const { prune = false, rollback = false, review, onEvent, ...rest } = options;
  const read = () => readWanted(kernel, () => onEvent?.({ kind: 'unsettled' }));
  const snapshot = await read();
  const first = planTable(snapshot, wanted, prune);
  const done: Change[] = [];
  let difference = first;
  for (let attempt = 1; ; attempt++) {
    await review?.(difference);
    const steps = stepsOf(difference);
    const total = done.length + changesOf(steps).length;
    const before = done.length;
    const report = await execute(kernel, steps, {
      ...rest,
      onProgress: (count) => onEvent?.({ kind: 'changing', done: before + count, total }),
      onWaiting: (busy, secondsLeft) => onEvent?.({ kind: 'waiting', busy, secondsLeft }),
    });
    done.push(...report.done);
    const mayRetry = attempt < ATTEMPTS && !report.interrupted && isStale(report.refused);
    if (!mayRetry) {
      const common = { ...report, done, difference: first, attempts: attempt };
      if (rollback && report.refused.length > 0) {
        return { ...common, rollback: await putBack(kernel, snapshot, done, rest), undone: [] };
      }
      const undone = done.length > 0 && isWhole(report) ? await lookAgain(kernel, wanted, prune, report) : [];
      return { ...common, rollback: undefined, undone };
    }
    onEvent?.({ kind: 'planning-anew', attempt: attempt + 1 });
    difference = planTable(await read(), wanted, prune);
  }
}

function isStale(refused: readonly RefusedChange[]): boolean {
  return refused.length > 0 && refused.every(({ code }) => STALE.has(code));
}

function isWhole({ refused, interrupted }: ChangeReport): boolean {
  return refused.length === 0 && !interrupted;
}

/** What is not as wanted after all, but for destinations that keep their connections. */
async function lookAgain(
  kernel: Kernel,
  wanted: Wanted,
  prune: boolean,
  { busy }: ChangeReport,
): Promise<Change[]> {
  const steps = stepsOf(diffTable(await readWanted(kernel), wanted, { prune }));
  const kept = new Set(busy.map((item) => `${serviceKey(item.service)} ${destinationKey(item.destination)}`));
  const services = new Set(busy.map((item) => serviceKey(item.service)));
  return changesOf({
    ...steps,
    removals: steps.removals.filter(
      ({ service, destination }) => !kept.has(`${serviceKey(service)} ${destinationKey(destination)}`),
    ),
    removeServices: steps.removeServices.filter((service) => !services.has(serviceKey(service))),
  });
}

/** Leads back to a snapshot. What others have added since is not touched. */
async function putBack(
  kernel: Kernel,
  snapshot: Wanted,
  done: readonly Change[],
  time: Pick<ExecuteOptions, 'clock' | 'signal'>,
): Promise<ChangeReport> {
  const added = new Set(
    done.flatMap((item) => (item.kind === 'add-service' ? [serviceKey(item.service)] : [])),
  );
  const started = new Set(done.flatMap((item) => (item.kind === 'start-daemon' ? [item.daemon.role] : [])));
  const difference = diffTable(await readWanted(kernel), snapshot, {
    prune: { services: added, daemons: started },
  });
  return execute(kernel, stepsOf(difference), { ...time, busy: { kind: 'keep' } });
}
