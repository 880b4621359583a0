/** Schedulers that Linux ships (`twos` since 5.12). Any other name is passed on to the kernel, which may know it. */
export const SCHEDULERS = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
] as const;

/** The scheduler that is used when none is named. */
export const DEFAULT_SCHEDULER = 'wlc';

export const SCHEDULER_FLAGS = [
  'flag-1',
  'flag-2',
  'flag-3',
  'sh-fallback',
  'sh-port',
  'mh-fallback',
  'mh-port',
] as const;

/**
 * One of the three flags a scheduler may give a meaning to. `sh` and `mh` name the first two: `…-fallback` (take
 * another destination when the chosen one has weight 0) and `…-port` (hash the source port too).
 */
export type SchedulerFlag = (typeof SCHEDULER_FLAGS)[number];

/** The names of flags 1, 2 and 3 for a scheduler, in that order. */
export function schedulerFlagNames(
  scheduler: string,
): readonly [SchedulerFlag, SchedulerFlag, SchedulerFlag] {
  switch (scheduler) {
    case 'sh':
      return ['sh-fallback', 'sh-port', 'flag-3'];
    case 'mh':
      return ['mh-fallback', 'mh-port', 'flag-3'];
    default:
      return ['flag-1', 'flag-2', 'flag-3'];
  }
}
