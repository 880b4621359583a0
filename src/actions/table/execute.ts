import { systemClock } from '../../host/clock.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import type { Change } from '../../model/change.ts';
import type { Clock } from '../../model/clock.ts';
import {
  changesOf,
  quiescenceOf,
  type Removal,
  removalChanges,
  type Steps,
} from '../../plan/table/diff-changes.ts';
import type { BusyDestination, ChangeReport, Load, RefusedChange } from '../../plan/table/report.ts';
import { isEmpty, isIdle, readLoads } from './load.ts';

/**
 * What becomes of a destination that goes and has connections: `keep` it at weight 0, `wait` until they are gone, or
 * `cut` them.
 */
export type Busy =
  | { readonly kind: 'keep' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'cut' };

export interface ExecuteOptions {
  /** Default: `keep`. */
  readonly busy?: Busy;
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** Ends the work between two phases, or while it waits. */
  readonly signal?: AbortSignal | undefined;
  /** Told, while connections are waited for, how many destinations have some. */
  readonly onWaiting?: (busy: readonly BusyDestination[], secondsLeft: number) => void;
  /** Told, while changes are sent, how many the kernel has gone through. */
  readonly onProgress?: (done: number) => void;
}

/** Milliseconds between two looks at the connections. */
const PAUSE = 500;

/**
 * Goes the steps from one phase to the next, and no further than the first phase in which something is refused. A
 * phase is sent at once, and the kernel goes on after a refusal in it.
 */
export async function execute(kernel: Kernel, steps: Steps, options: ExecuteOptions): Promise<ChangeReport> {
  const run = new Run(kernel, options);
  for (const phase of [steps.stopDaemons, steps.add, steps.edit]) await run.perform(phase);
  await run.remove(steps);
  await run.perform(steps.startDaemons);
  return run.report(changesOf(steps));
}

class Run {
  readonly #kernel: Kernel;
  readonly #options: ExecuteOptions;
  readonly #clock: Clock;
  readonly #busyMode: Busy;
  readonly #done: Change[] = [];
  readonly #refused: RefusedChange[] = [];
  #busy: readonly BusyDestination[] = [];

  constructor(kernel: Kernel, options: ExecuteOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#busyMode = options.busy ?? { kind: 'keep' };
  }

  get #isAborted(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  get #stopped(): boolean {
    return this.#refused.length > 0 || this.#isAborted;
  }

  /** Carries out a phase. */
  async perform(changes: readonly Change[]): Promise<void> {
    if (!this.#stopped) this.#done.push(...(await this.#send(changes)));
  }

  /**
   * Removes what goes. A packet of a connection whose destination is gone is dropped, so first each gets no new
   * connections, and then only those go that have none. Looking before would not do: connections come at any time.
   */
  async remove(steps: Steps): Promise<void> {
    const busy = this.#busyMode;
    if (busy.kind === 'cut' || steps.removals.length === 0) return this.perform(removalChanges(steps));
    if (this.#stopped) return;
    await this.#send(steps.removals.filter(({ destination }) => destination.weight !== 0).map(quiescenceOf));
    const deadline = this.#clock.now() + (busy.kind === 'wait' ? busy.seconds * 1000 : 0);
    let waiting = steps.removals;
    let services = steps.removeServices;
    while (this.#refused.length === 0) {
      const loads = await readLoads(this.#kernel, waiting);
      const holds = busy.kind === 'wait' ? isEmpty : isIdle;
      const left = waiting.filter((removal) => !holds(loads.get(removal)!));
      // A service stays as long as one of its destinations does.
      const kept = new Set(left.map(({ service }) => service));
      const gone = {
        removals: waiting.filter((item) => !left.includes(item)),
        removeServices: services.filter((item) => !kept.has(item)),
      };
      this.#done.push(...(await this.#send(removalChanges(withoutWhole(gone, steps)))));
      waiting = left;
      services = services.filter((item) => kept.has(item));
      this.#busy = left.map((removal) => busyOf(removal, loads.get(removal)!));
      const time = deadline - this.#clock.now();
      if (left.length === 0 || time <= 0 || this.#isAborted) return;
      this.#options.onWaiting?.(this.#busy, Math.ceil(time / 1000));
      await this.#clock.sleep(Math.min(PAUSE, time), this.#options.signal);
    }
  }

  report(planned: readonly Change[]): ChangeReport {
    const tried = new Set([...this.#done, ...this.#refused.map(({ change }) => change)].map(key));
    const held = new Set(
      this.#busy.flatMap((item) => [
        key({ kind: 'delete-destination', ...item }),
        key({ kind: 'delete-service', service: item.service }),
      ]),
    );
    return {
      done: this.#done,
      refused: this.#refused,
      busy: this.#busy,
      notTried: planned.filter((change) => !tried.has(key(change)) && !held.has(key(change))),
      interrupted: this.#isAborted,
    };
  }

  /** Sends changes; gives those that the kernel took. */
  async #send(changes: readonly Change[]): Promise<readonly Change[]> {
    if (changes.length === 0) return [];
    const before = this.#done.length;
    const onProgress = (count: number) => this.#options.onProgress?.(before + count);
    const failures = await this.#kernel.batch(changes, { onProgress });
    this.#refused.push(
      ...failures.map(({ change, error }) => ({ change, code: error.code, reason: error.message })),
    );
    const failed = new Set(failures.map(({ index }) => index));
    return changes.filter((_, index) => !failed.has(index));
  }
}

/** A service goes with all of its destinations in one change, at the end: until then those that are idle stay. */
function withoutWhole(
  gone: Pick<Steps, 'removals' | 'removeServices'>,
  { removeServices }: Steps,
): Pick<Steps, 'removals' | 'removeServices'> {
  return { ...gone, removals: gone.removals.filter(({ service }) => !removeServices.includes(service)) };
}

function busyOf({ service, destination: { address, port } }: Removal, load: Load): BusyDestination {
  return { service, destination: { address, port }, ...load };
}

/** Tells one change from another of the same steps. */
function key(change: Change): string {
  switch (change.kind) {
    case 'delete-destination':
      return JSON.stringify([
        change.kind,
        change.service,
        change.destination.address,
        change.destination.port,
      ]);
    default:
      return JSON.stringify(change);
  }
}
