import { systemClock } from '../../host/clock.ts';
import type { Host } from '../../host/host.ts';
import type { Clock } from '../../model/clock.ts';
import { isForwarding } from '../../plan/host/director.ts';
import { type Target, targetKey } from '../../plan/host/target.ts';
import type { JournalEntry } from '../../syntax/journal.ts';
import { countLive } from './fullnat.ts';
import type { Journal } from './journal.ts';
import { refuseWithoutRight } from './prepare.ts';
import { release, type Undone, undoAll } from './transaction.ts';

export interface UndoOptions {
  readonly clock?: Clock;
  /** Ends the wait for live connections early. */
  readonly signal?: AbortSignal;
  /** Do not care for live connections. */
  readonly now?: boolean;
  /** Leave forwarding on, for others on this host who rely on it now; it is no longer on record then. */
  readonly keepForwarding?: boolean;
  /** Seconds to wait for live connections to end. */
  readonly wait?: number;
}

/** What came of undoing. */
export interface UndoReport extends Undone {
  /** Keys of the targets that are gone. */
  readonly gone: readonly string[];
  /** Keys of targets that stay for their live connections, and how many these are. */
  readonly live: ReadonlyMap<string, number>;
}

/** Milliseconds between two looks at the connections. */
const PAUSE = 500;

/** What undoing these targets would put back, last change first. */
export function planUndo(
  journal: Journal,
  keys: readonly string[],
  { keepForwarding = false }: Pick<UndoOptions, 'keepForwarding'> = {},
): JournalEntry[] {
  return journal.entries
    .filter(({ owners }) => owners.every((owner) => keys.includes(owner)))
    .filter(({ setting }) => !(keepForwarding && isForwarding(setting)))
    .reverse();
}

/**
 * Puts back what was there before these targets were prepared. FULLNAT services go without cutting a connection: first
 * nothing new is let in, then what live connections need stays until they have ended, or time is up. Rejects with a
 * PlanRefusal before anything was changed, with a HostFailure after; may be repeated.
 */
export async function undo(
  host: Host,
  journal: Journal,
  keys: readonly string[],
  options: UndoOptions = {},
): Promise<UndoReport> {
  const targets = keys.flatMap((key) => journal.targets.get(key) ?? []);
  const [first] = targets;
  if (first) await refuseWithoutRight(host, first.role, 'take down');
  const switched = await release(host, journal, keys, ({ kind }) => kind === 'nft-service');
  const live = options.now ? new Map<string, number>() : await awaitEnd(host, targets, options);
  const gone = keys.filter((key) => !live.has(key));
  if (options.keepForwarding) {
    for (const { setting } of planUndo(journal, gone)) if (isForwarding(setting)) journal.delete(setting);
  }
  const undone = await undoAll(host, journal, gone);
  return {
    gone,
    live,
    restored: [...switched.restored, ...undone.restored],
    left: [...switched.left, ...undone.left],
  };
}

async function awaitEnd(
  host: Host,
  targets: readonly Target[],
  { clock = systemClock, signal, wait = 0 }: UndoOptions,
): Promise<Map<string, number>> {
  const end = clock.now() + 1000 * wait;
  for (;;) {
    const live = new Map<string, number>();
    for (const target of targets) {
      const count = target.role === 'fullnat' ? await countLive(host, target.fullnat) : 0;
      if (count > 0) live.set(targetKey(target), count);
    }
    if (live.size === 0 || clock.now() >= end || signal?.aborted) return live;
    await clock.sleep(PAUSE, signal);
  }
}
