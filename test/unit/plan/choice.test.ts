import { describe, expect, it } from 'vitest';
import { picksBlindly, weighChances } from '../../../src/plan/packet/choice.ts';
import { destination, service } from './explain.ts';

const id = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;
type Rest = Parameters<typeof destination>[1];

/** The chances under a scheduler of destinations .1, .2, … with these settings. */
function chances(scheduler: string, ...rests: NonNullable<Rest>[]) {
  const destinations = rests.map((rest, at) => destination(`10.0.0.${at + 1}`, rest));
  return weighChances(service(id, destinations, { scheduler })).chances;
}
const shares = (...args: Parameters<typeof chances>) => chances(...args).map(({ share }) => share);
const next = (...args: Parameters<typeof chances>) => chances(...args).findIndex((chance) => chance.next);

describe('the share of a destination', () => {
  it('is equal, or by weight, among those that take connections', () => {
    expect(shares('rr', { weight: 9 }, { weight: 1 }, { weight: 0 })).toEqual([0.5, 0.5, 0]);
    expect(shares('wrr', { weight: 3 }, { weight: 1 }, { weight: 0 })).toEqual([0.75, 0.25, 0]);
    expect(shares('wrr', { weight: 0 })).toEqual([undefined]);
  });

  it('is not told where it depends on more than weights', () => {
    for (const scheduler of ['wlc', 'sh', 'twos', 'another']) {
      expect(shares(scheduler, {}, {})).toEqual([undefined, undefined]);
    }
  });
});

describe('the next one', () => {
  // 3 active and 1 inactive connections weigh 769, 2 active and 300 inactive ones 812.
  const busy = [
    { activeConnections: 3, inactiveConnections: 1 },
    { activeConnections: 2, inactiveConnections: 300 },
  ] as const;

  it('has the fewest connections, an active one counting 256', () => {
    expect(next('lc', ...busy)).toBe(0);
    expect(next('lc', { activeConnections: 2 }, { activeConnections: 1, inactiveConnections: 255 })).toBe(1);
    expect(next('lc', { activeConnections: 2 }, { activeConnections: 1, inactiveConnections: 256 })).toBe(0);
    expect(next('sed', ...busy)).toBe(1);
    expect(next('wlc', { ...busy[0], weight: 1 }, { ...busy[1], weight: 2 })).toBe(1);
  });

  it('is an idle one with nq, and the first of equals', () => {
    expect(next('nq', { activeConnections: 1, weight: 100 }, { weight: 1 })).toBe(1);
    expect(next('sed', { activeConnections: 1, weight: 100 }, { weight: 1 })).toBe(0);
    expect(next('lc', {}, {})).toBe(0);
    expect(next('lc', { weight: 0 }, {})).toBe(1);
  });

  it('is the only one that takes connections, unless the scheduler picks blindly', () => {
    for (const scheduler of ['rr', 'twos', 'lblc', 'wlc']) expect(next(scheduler, { weight: 0 }, {})).toBe(1);
    for (const scheduler of ['sh', 'dh', 'another']) expect(next(scheduler, { weight: 0 }, {})).toBe(-1);
  });

  it('is not told when one perhaps takes no connections', () => {
    const between = { upperThreshold: 10, lowerThreshold: 5, activeConnections: 7 };
    expect(next('lc', between, { activeConnections: 9 })).toBe(-1);
    expect(shares('rr', between, {})).toEqual([undefined, undefined]);
  });
});

// ip_vs_bind_dest and ip_vs_unbind_dest in net/netfilter/ipvs/ip_vs_conn.c.
describe('a destination with thresholds', () => {
  const eligible = (rest: NonNullable<Rest>) => chances('rr', rest)[0]!.eligible;

  it.each([
    [{ upperThreshold: 8, activeConnections: 5, inactiveConnections: 3 }, 'no'],
    [{ upperThreshold: 8, activeConnections: 5, inactiveConnections: 1 }, 'perhaps'],
    [{ upperThreshold: 8, activeConnections: 5 }, 'yes'],
    [{ upperThreshold: 8, lowerThreshold: 3, activeConnections: 3 }, 'perhaps'],
    [{ upperThreshold: 8, lowerThreshold: 3, activeConnections: 2 }, 'yes'],
    [{ weight: 0 }, 'no'],
  ])('%j: %s', (rest, expected) => {
    expect(eligible(rest)).toBe(expected);
  });

  it('a service without a scheduler has none', () => {
    expect(chances('none', {})[0]).toMatchObject({ eligible: 'no', reason: 'no scheduler' });
  });
});

describe('a scheduler that picks blindly', () => {
  it('is one that hashes, without its flag', () => {
    expect(picksBlindly({ scheduler: 'sh', schedulerFlags: ['sh-port'] })).toBe(true);
    expect(picksBlindly({ scheduler: 'mh', schedulerFlags: ['mh-fallback'] })).toBe(false);
    expect(picksBlindly({ scheduler: 'wlc', schedulerFlags: [] })).toBe(false);
  });
});
