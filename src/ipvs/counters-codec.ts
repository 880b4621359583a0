import { type Counters, NO_COUNTERS } from '../model/counters.ts';
import { decodeAttributes } from '../netlink/attributes.ts';
import type { Region } from '../netlink/codecs.ts';
import { COUNTERS_32, COUNTERS_64 } from './layout.ts';

/** Prefers the 64-bit counters; an old kernel sends only the others. */
export function decodeCounters({
  stats,
  stats64,
}: {
  stats?: Region | undefined;
  stats64?: Region | undefined;
}): Counters {
  if (stats64) {
    const values = decodeAttributes(COUNTERS_64, stats64.bytes, stats64.start, stats64.end);
    return { ...NO_COUNTERS, ...values } as Counters;
  }
  if (!stats) return NO_COUNTERS;
  const values = decodeAttributes(COUNTERS_32, stats.bytes, stats.start, stats.end);
  const wide = Object.entries(values).map(([name, value]) => [name, BigInt(value as number | bigint)]);
  return { ...NO_COUNTERS, ...Object.fromEntries(wide), width: 32 };
}
