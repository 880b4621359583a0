import { describe, expect, it } from 'vitest';
import type { Leg } from '../../../src/plan/packet/leg.ts';
import { findObstacles, type WayFacts } from '../../../src/plan/packet/obstacles.ts';

const leg: Leg = {
  index: 2,
  device: 'eth0',
  ownMac: 'd',
  ownAddress: '10.0.0.10',
  router: undefined,
  peerMac: 's',
  unknown: undefined,
  isSilent: false,
  mtu: 1500,
};
const by = (rest: Partial<Leg> = {}) => ({ kind: 'leg', leg: { ...leg, ...rest } }) as const;
const facts = (
  rest: Partial<WayFacts> = {},
  forwarding: WayFacts['destination']['forwarding'] = 'masquerade',
) => ({
  destination: { address: '10.0.0.11', forwarding },
  server: by(),
  client: by({ router: '10.0.0.254' }),
  clientAddress: '10.1.0.2',
  forwards: true,
  fullnat: false,
  ...rest,
});

describe('what is in the way', () => {
  it('is nothing where all is as it should be', () => {
    for (const forwarding of ['masquerade', 'direct', 'tunnel'] as const) {
      expect(findObstacles(facts({}, forwarding))).toEqual([]);
    }
    expect(findObstacles(facts({ server: { kind: 'local' } }))).toEqual([]);
    expect(
      findObstacles(facts({ client: undefined, clientAddress: undefined, forwards: undefined })),
    ).toEqual([]);
  });

  it('is a router, for direct routing only', () => {
    const server = by({ router: '10.0.0.254' });
    expect(findObstacles(facts({ server }, 'direct')).join()).toContain('behind the router 10.0.0.254');
    expect(findObstacles(facts({ server }, 'tunnel'))).toEqual([]);
    expect(findObstacles(facts({ server }))).toEqual([]);
  });

  it('is a director that does not forward, for NAT only', () => {
    expect(findObstacles(facts({ forwards: false })).join()).toContain('net.ipv4.ip_forward is 0');
    expect(findObstacles(facts({ forwards: false }, 'tunnel'))).toEqual([]);
  });

  it('is no route to the client, for NAT only', () => {
    const client = { kind: 'none', why: 'there is no route to 10.1.0.2' } as const;
    expect(findObstacles(facts({ client }))).toEqual([
      'there is no route to 10.1.0.2, by which replies would go',
    ]);
    expect(findObstacles(facts({ client }, 'direct'))).toEqual([]);
  });

  it('is a client on the real server’s network, for NAT without local addresses', () => {
    const client = by({ peerMac: 'c' });
    expect(findObstacles(facts({ client })).join()).toContain('FULLNAT serves it');
    expect(findObstacles(facts({ client, fullnat: true }))).toEqual([]);
    expect(findObstacles(facts({ client }, 'direct'))).toEqual([]);
    expect(findObstacles(facts({ client: by({ index: 3 }) }))).toEqual([]);
  });

  it('is a client that has the VIP itself: the director, or the real server', () => {
    const client = { kind: 'local' } as const;
    expect(findObstacles(facts({ client }, 'direct')).join()).toContain('the client is this director');
    expect(findObstacles(facts({ clientAddress: '10.0.0.11', client: by() }, 'tunnel')).join()).toContain(
      'the client is this real server',
    );
  });

  it('is a next hop that does not answer, not one that was never asked', () => {
    const unknown = '10.0.0.11 does not answer on eth0';
    expect(findObstacles(facts({ server: by({ peerMac: undefined, unknown, isSilent: true }) }))).toEqual([
      unknown,
    ]);
    expect(findObstacles(facts({ server: by({ peerMac: undefined, unknown: 'never asked' }) }))).toEqual([]);
  });
});
