import { systemClock } from '../../host/clock.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import type { Clock } from '../../model/clock.ts';
import { rampWeight } from '../../plan/table/ramp.ts';
import type { NamedDestination } from '../../plan/table/report.ts';
import {
  type Exclusively,
  formatNamed,
  needDestination,
  setWeight,
  TableFailure,
  whileLocked,
} from './destination.ts';

export interface RampOptions {
  /** The weight in the end. */
  readonly to: number;
  /** How long it takes, in seconds. */
  readonly seconds: number;
  readonly clock?: Clock;
  /** Ends it early; the weight stays where it is then. */
  readonly signal?: AbortSignal;
  readonly onWeight?: (weight: number, from: number) => void;
  readonly exclusively?: Exclusively;
}

export interface RampReport {
  readonly from: number;
  readonly to: number;
  /** The weight that it has now: `to`, unless it was interrupted. */
  readonly weight: number;
  /** Seconds that it took. */
  readonly seconds: number;
  readonly interrupted: boolean;
}

/** Milliseconds between two weights: often enough that a server feels no step, seldom enough to cost nothing. */
const PAUSE = 1000;

/**
 * Leads the weight of a destination to another one in small steps. Rejects with a TableFailure when it is not there, or
 * somebody else changes its weight meanwhile.
 */
export async function ramp(
  kernel: Kernel,
  named: NamedDestination,
  { to, seconds, clock = systemClock, signal, onWeight, exclusively = whileLocked }: RampOptions,
): Promise<RampReport> {
  const { weight: from } = await needDestination(kernel, named);
  const begin = clock.now();
  let weight = from;
  while (weight !== to && !signal?.aborted) {
    const elapsed = clock.now() - begin;
    const due = rampWeight(from, to, elapsed, seconds * 1000);
    if (due !== weight) {
      const present = weight;
      await exclusively(() => step(kernel, named, present, due));
      weight = due;
    }
    if (weight === to) break;
    onWeight?.(weight, from);
    await clock.sleep(Math.min(PAUSE, seconds * 1000 - elapsed), signal);
  }
  const took = Math.round((clock.now() - begin) / 1000);
  return { from, to, weight, seconds: took, interrupted: weight !== to };
}

/** One step, unless somebody else has taken one: two hands on a weight would fight. */
async function step(kernel: Kernel, named: NamedDestination, weight: number, due: number): Promise<void> {
  const current = await needDestination(kernel, named);
  if (current.weight !== weight) {
    throw new TableFailure(
      'changed',
      `somebody else has set ${formatNamed(named)} to weight ${current.weight}; it stays there`,
    );
  }
  await setWeight(kernel, named, current, due);
}
