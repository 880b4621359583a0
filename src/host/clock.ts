import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';

/** This machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }).catch(() => {}),
};
