import type { DestinationStatus } from '../../model/destination.ts';
import type { ServiceTable } from '../../model/table.ts';

/** Whether a destination may get new connections, and which part of them. */
export interface Chance {
  readonly destination: DestinationStatus;
  /** `perhaps`: between its two thresholds, where it depends on which one was passed last. */
  readonly eligible: 'yes' | 'no' | 'perhaps';
  /** Why not, or why perhaps. */
  readonly reason: string | undefined;
  /** Its part of new connections, 0 … 1, where the scheduler gives fixed ones. */
  readonly share: number | undefined;
  /** By the connections that there are now, the next one goes here. */
  readonly next: boolean;
}

/** How a scheduler spreads new connections, in the words of a sentence's end. */
interface Manner {
  readonly rule: string;
  /** Relative size of a destination's part. */
  readonly part?: (destination: DestinationStatus) => number;
  /** Which one is next, of those that may be; in the table's order. */
  readonly next?: (candidates: readonly DestinationStatus[]) => DestinationStatus | undefined;
}

const BY_HASH = 'always the same one for a client, by a hash of its address';

const MANNERS: Readonly<Record<string, Manner>> = {
  rr: { rule: 'each in turn', part: () => 1 },
  wrr: { rule: 'in turn, each as often as its weight says', part: ({ weight }) => weight },
  lc: { rule: 'the one with the fewest connections now', next: (all) => least(all, load, () => 1) },
  wlc: { rule: 'the one with the fewest connections for its weight now', next: (all) => least(all, load) },
  sed: {
    rule: 'the one with the fewest active connections for its weight now, counting the new one',
    next: expected,
  },
  nq: {
    rule: 'one that is idle, or else the one with the fewest active connections for its weight',
    next: (all) => all.find(({ activeConnections }) => activeConnections === 0) ?? expected(all),
  },
  fo: { rule: 'always the one with the highest weight', next: heaviest },
  ovf: {
    rule: 'the one with the highest weight, until it has more active connections than its weight; then the next',
    next: (all) => heaviest(all.filter(({ activeConnections, weight }) => activeConnections <= weight)),
  },
  twos: { rule: 'the less loaded one of two that are drawn by weight' },
  sh: { rule: BY_HASH },
  mh: { rule: `${BY_HASH}, which hardly changes with the list of real servers` },
  dh: { rule: 'always the same one for this virtual address, by a hash of it' },
  lblc: {
    rule: 'the same one for this address until it is overloaded; then the one with the fewest connections for its weight',
  },
  lblcr: { rule: 'one of the set that this address has, the least loaded; the set grows under load' },
  none: { rule: 'nobody: the service has no scheduler' },
};

/** Which destinations of a service may get a new connection. `rule` says by what the scheduler picks. */
export function weighChances(service: ServiceTable): { rule: string; chances: Chance[] } {
  const { destinations, scheduler, schedulerFlags } = service;
  const manner = MANNERS[scheduler] ?? { rule: `as the scheduler ${scheduler} decides` };
  const judged = destinations.map((destination) => ({ destination, ...judge(destination, scheduler) }));
  const takers = judged.filter(({ eligible }) => eligible === 'yes').map(({ destination }) => destination);
  const { part, next } = manner;
  const total = part ? takers.reduce((sum, destination) => sum + part(destination), 0) : 0;
  // With one that perhaps takes connections, neither the others' parts nor the next one can be told.
  const isSettled = judged.every(({ eligible }) => eligible !== 'perhaps');
  const isOnly = takers.length === 1 && scheduler in MANNERS && !picksBlindly(service);
  const chosen = isSettled ? (isOnly ? takers[0] : next?.(takers)) : undefined;
  const flags = schedulerFlags.length > 0 ? ` (flags ${schedulerFlags.join(', ')})` : '';
  return {
    rule: manner.rule + flags,
    chances: judged.map((item) => {
      const isTaker = item.eligible === 'yes';
      const share =
        part && isSettled && total > 0 ? (isTaker ? part(item.destination) / total : 0) : undefined;
      return { ...item, share, next: item.destination === chosen };
    }),
  };
}

/** Schedulers that pick without looking whether the one that they pick takes connections. */
export function picksBlindly({
  scheduler,
  schedulerFlags,
}: Pick<ServiceTable, 'scheduler' | 'schedulerFlags'>): boolean {
  return ['sh', 'mh', 'dh'].includes(scheduler) && !schedulerFlags.some((flag) => flag.endsWith('-fallback'));
}

function judge(destination: DestinationStatus, scheduler: string): Pick<Chance, 'eligible' | 'reason'> {
  const { weight, upperThreshold, lowerThreshold, activeConnections, inactiveConnections } = destination;
  if (scheduler === 'none') return { eligible: 'no', reason: 'no scheduler' };
  if (weight === 0) return { eligible: 'no', reason: 'weight 0' };
  const connections = activeConnections + inactiveConnections;
  if (upperThreshold === 0) return { eligible: 'yes', reason: undefined };
  if (connections >= upperThreshold) {
    return {
      eligible: 'no',
      reason: `overloaded: ${connections} connections, upper threshold ${upperThreshold}`,
    };
  }
  const isRelieved = lowerThreshold > 0 ? connections < lowerThreshold : 4 * connections < 3 * upperThreshold;
  if (isRelieved) return { eligible: 'yes', reason: undefined };
  return {
    eligible: 'perhaps',
    reason: `not if it was overloaded: ${connections} connections, between its thresholds`,
  };
}

/** The kernel's measure of load: an active connection counts as much as 256 inactive ones. */
function load({ activeConnections, inactiveConnections }: DestinationStatus): number {
  return 256 * activeConnections + inactiveConnections;
}

function expected(all: readonly DestinationStatus[]): DestinationStatus | undefined {
  return least(all, ({ activeConnections }) => activeConnections + 1);
}

/** The first of those with the smallest quotient. */
function least(
  all: readonly DestinationStatus[],
  measure: (destination: DestinationStatus) => number,
  divisor: (destination: DestinationStatus) => number = ({ weight }) => weight,
): DestinationStatus | undefined {
  let best: DestinationStatus | undefined;
  for (const item of all) {
    if (!best || measure(best) * divisor(item) > measure(item) * divisor(best)) best = item;
  }
  return best;
}

function heaviest(all: readonly DestinationStatus[]): DestinationStatus | undefined {
  let best: DestinationStatus | undefined;
  for (const item of all) if (!best || item.weight > best.weight) best = item;
  return best;
}
