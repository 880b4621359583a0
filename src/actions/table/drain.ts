import { systemClock } from '../../host/clock.ts';
import { readSysctl } from '../../host/sysctl.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import type { Clock } from '../../model/clock.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import { findHolders } from '../../plan/table/holders.ts';
import type { Load, NamedDestination } from '../../plan/table/report.ts';
import {
  type Exclusively,
  findDestination,
  formatNamed,
  needDestination,
  setWeight,
  TableFailure,
  whileLocked,
} from './destination.ts';
import { isEmpty, loadOf } from './load.ts';

export interface DrainOptions {
  /** How long to wait at most, in seconds. Default: 60. */
  readonly seconds?: number;
  /** What becomes of the destination in the end. Default: `keep`. `cut`: it goes also when connections are left, with them. */
  readonly finally?: 'keep' | 'delete' | 'cut';
  readonly clock?: Clock;
  /** Ends the wait early; the destination stays at weight 0. */
  readonly signal?: AbortSignal;
  readonly onWaiting?: (load: Load, secondsLeft: number) => void;
  readonly exclusively?: Exclusively;
  /** Reads a file under /proc/sys; this host's where nothing else is given. */
  readonly readSetting?: (path: string) => Promise<string | undefined>;
}

/** What came of draining a destination. */
export interface DrainReport {
  /**
   * `drained`: no connections, and still there. `deleted`. `cut`: deleted with connections. `timeout`, `interrupted`:
   * still there, at weight 0, with connections.
   */
  readonly outcome: 'drained' | 'deleted' | 'cut' | 'timeout' | 'interrupted';
  readonly weightBefore: number;
  /** The connections when it was last looked at. */
  readonly load: Load;
  /** Seconds that it took. */
  readonly seconds: number;
  /** After a timeout: what still holds connections, and for how long; a sentence each. */
  readonly holders: readonly string[];
}

/** Milliseconds between two looks at the connections. */
const PAUSE = 500;

/**
 * Takes a destination out of use without cutting a connection: gives it weight 0 and waits until its connections are
 * gone. Rejects with a TableFailure when it is not there, or somebody else changes it meanwhile.
 */
export async function drain(
  kernel: Kernel,
  named: NamedDestination,
  options: DrainOptions = {},
): Promise<DrainReport> {
  const { seconds = 60, clock = systemClock, exclusively = whileLocked } = options;
  const begin = clock.now();
  const weightBefore = await exclusively(async () => {
    const current = await needDestination(kernel, named);
    if (current.weight !== 0) await setWeight(kernel, named, current, 0);
    return current.weight;
  });
  const { outcome, last } = await wait(kernel, named, begin + 1000 * seconds, options);
  return {
    outcome,
    weightBefore,
    load: loadOf(last),
    seconds: Math.round((clock.now() - begin) / 1000),
    holders: outcome === 'timeout' ? await readHolders(kernel, named, last, options) : [],
  };
}

/** Looks again and again until all connections are gone, the time is up, or the wait is ended. */
async function wait(
  kernel: Kernel,
  named: NamedDestination,
  deadline: number,
  { finally: end = 'keep', clock = systemClock, signal, onWaiting, exclusively = whileLocked }: DrainOptions,
): Promise<{ outcome: DrainReport['outcome']; last: DestinationStatus }> {
  const remove = () => exclusively(() => kernel.change({ kind: 'delete-destination', ...named }));
  for (;;) {
    const last = await findDestination(kernel, named);
    if (!last) throw new TableFailure('deleted', `${formatNamed(named)} was deleted by somebody else`);
    if (last.weight !== 0) {
      throw new TableFailure(
        'changed',
        `somebody else has set ${formatNamed(named)} to weight ${last.weight}; not waiting any more`,
      );
    }
    const load = loadOf(last);
    if (isEmpty(load)) {
      if (end === 'keep') return { outcome: 'drained', last };
      await remove();
      return { outcome: 'deleted', last };
    }
    if (signal?.aborted) return { outcome: 'interrupted', last };
    const left = deadline - clock.now();
    if (left <= 0) {
      if (end !== 'cut') return { outcome: 'timeout', last };
      await remove();
      return { outcome: 'cut', last };
    }
    onWaiting?.(load, Math.ceil(left / 1000));
    await clock.sleep(Math.min(PAUSE, left), signal);
  }
}

async function readHolders(
  kernel: Kernel,
  { service }: NamedDestination,
  last: DestinationStatus,
  { readSetting = readSysctl }: DrainOptions,
): Promise<string[]> {
  const expire = await readSetting('net/ipv4/vs/expire_quiescent_template').catch(() => undefined);
  return findHolders({
    ...loadOf(last),
    service: await kernel.service(service),
    forwarding: last.forwarding,
    timeouts: await kernel.timeouts(),
    expireQuiescentTemplate: expire === undefined || expire === '' ? undefined : expire !== '0',
  });
}
