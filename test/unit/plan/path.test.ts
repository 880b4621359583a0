import { describe, expect, it } from 'vitest';
import { DEFAULT_TUNNEL } from '../../../src/model/destination.ts';
import type { ResolvedRoute } from '../../../src/model/network.ts';
import { type Leg, reachOf } from '../../../src/plan/packet/leg.ts';
import { type Path, planHops } from '../../../src/plan/packet/path.ts';
import { ETH0, LO, TUNL0 } from './network.ts';

const client = { address: '198.51.100.7', port: 40000 };
const virtual = { address: '192.0.2.100', port: 80 };
const near: Leg = {
  index: 2,
  device: 'eth0',
  ownMac: 'd',
  ownAddress: '192.0.2.10',
  router: undefined,
  peerMac: 's',
  unknown: undefined,
  isSilent: false,
  mtu: 1500,
};
const toClient: Leg = { ...near, router: '192.0.2.1', peerMac: 'r' };
const path: Path = {
  client,
  virtual,
  destination: { address: '192.0.2.11', port: 8080, forwarding: 'masquerade', tunnel: DEFAULT_TUNNEL },
  toClient,
  toServer: near,
};
const tunnel = (type: 'ipip' | 'gue', port: number): Path['destination'] => ({
  ...path.destination,
  forwarding: 'tunnel',
  tunnel: { type, port, checksum: 'none' },
});

/** `MAC>MAC source>destination`, each by its last part. */
const brief = (hops: ReturnType<typeof planHops>) =>
  hops.map(({ sourceMac = '?', destinationMac = '?', source, destination }) => {
    const end = ({ address = '?', port }: typeof source) => `${address.split('.').at(-1)}:${port ?? '?'}`;
    return `${sourceMac}>${destinationMac} ${end(source)}>${end(destination)}`;
  });

describe('the hops of a packet', () => {
  it('NAT changes the destination on the way, and back the source', () => {
    expect(brief(planHops(path))).toEqual([
      'r>d 7:40000>100:80',
      'd>s 7:40000>11:8080',
      's>d 11:8080>7:40000',
      'd>r 100:80>7:40000',
    ]);
  });

  it('NAT to port 0, of a service by mark, keeps the packet’s port', () => {
    const [, hop] = planHops({ ...path, destination: { ...path.destination, port: 0 } });
    expect(hop!.destination).toEqual({ address: '192.0.2.11', port: 80 });
  });

  it('FULLNAT has a local address in the place of the client’s', () => {
    const pool = { addresses: ['192.0.2.200'] };
    expect(brief(planHops({ ...path, pool }))).toEqual([
      'r>d 7:40000>100:80',
      'd>s 200:40000>11:8080',
      's>d 11:8080>200:40000',
      'd>r 100:80>7:40000',
    ]);
    const ports = { first: 2000, last: 2999 };
    expect(planHops({ ...path, pool: { ...pool, ports } })[1]!.source.port).toBeUndefined();
  });

  it('direct routing changes hardware addresses alone; the port of the destination means nothing', () => {
    const destination = { ...path.destination, forwarding: 'direct' } as const;
    expect(brief(planHops({ ...path, destination }))).toEqual([
      'r>d 7:40000>100:80',
      'd>s 7:40000>100:80',
      's>? 100:80>7:40000',
    ]);
    const beside = { ...near, peerMac: 'c' };
    expect(planHops({ ...path, destination, toClient: beside })[2]!.destinationMac).toBe('c');
    const elsewhere = { ...beside, index: 3 };
    expect(planHops({ ...path, destination, toClient: elsewhere })[2]!.destinationMac).toBeUndefined();
  });

  it('a tunnel wraps it, in a packet of the director’s own', () => {
    const far = { ...near, router: '192.0.2.1', peerMac: 'r' };
    const [, hop, reply] = planHops({ ...path, destination: tunnel('gue', 6080), toServer: far });
    expect(hop!.outer).toEqual({
      type: 'gue',
      source: { address: '192.0.2.10', port: undefined },
      destination: { address: '192.0.2.11', port: 6080 },
    });
    expect(hop!.remarks.join()).toContain('up to 1468 bytes');
    expect(brief([hop!, reply!])).toEqual(['d>r 7:40000>100:80', '?>? 100:80>7:40000']);
    expect(planHops({ ...path, destination: tunnel('ipip', 0) })[1]!.outer!.destination.port).toBeUndefined();
  });

  it('of a director that is the real server itself leave only for the client', () => {
    expect(brief(planHops({ ...path, toServer: 'local' }))).toEqual([
      'r>d 7:40000>100:80',
      '?>? 7:40000>11:8080',
      'd>r 100:80>7:40000',
    ]);
  });

  it('has a reason for everything that is not known', () => {
    const unknown = { ...near, peerMac: undefined, unknown: 'nobody knows' };
    const cases: Path[] = [
      { ...path, toClient: undefined },
      { ...path, toClient: 'local' },
      { ...path, toServer: unknown },
      { ...path, destination: { ...path.destination, forwarding: 'direct' } },
    ];
    for (const item of cases) {
      const hops = planHops(item);
      const remarks = hops.flatMap((hop) => hop.remarks);
      expect(brief(hops).join()).toContain('?');
      expect(remarks.join()).toMatch(/not named|itself|nobody knows|own routes/);
    }
  });
});

describe('where a host is', () => {
  const links = [LO, ETH0, TUNL0];
  const route: ResolvedRoute = {
    type: 'unicast',
    index: 2,
    gateway: undefined,
    source: '10.0.0.10',
    mtu: undefined,
  };
  const neighbour = { index: 2, address: '10.0.0.11', hardwareAddress: '02::11', state: 'stale' } as const;
  const reach = (address: string, rest: Partial<typeof route> = {}, neighbours = [neighbour]) =>
    reachOf(address, { ...route, ...rest } as ResolvedRoute, links, neighbours);

  it('is by the neighbour that the route leads to', () => {
    const beside = {
      device: 'eth0',
      ownMac: ETH0.hardwareAddress,
      peerMac: '02::11',
      router: undefined,
      mtu: 1500,
    };
    expect(reach('10.0.0.11')).toMatchObject({ kind: 'leg', leg: beside });
    const behind = { peerMac: '02::11', router: '10.0.0.11', mtu: 1400 };
    expect(reach('10.9.0.1', { gateway: '10.0.0.11', mtu: 1400 })).toMatchObject({ leg: behind });
    expect(reach('10.0.0.11', { index: 9 })).toMatchObject({
      leg: { device: 'tunl0', unknown: 'tunl0 has no hardware addresses' },
    });
  });

  it('is told from a neighbour that does not answer, and one that was never asked', () => {
    const failed = [{ ...neighbour, hardwareAddress: '', state: 'failed' as const }];
    expect(reachOf('10.0.0.11', route, links, failed)).toMatchObject({
      leg: { peerMac: undefined, unknown: '10.0.0.11 does not answer on eth0' },
    });
    expect(reach('10.0.0.12')).toMatchObject({
      leg: { peerMac: undefined, unknown: expect.stringContaining('does not know 10.0.0.12') },
    });
  });

  it('is the director itself, or nowhere', () => {
    expect(reach('10.0.0.10', { type: 'local', index: 1 })).toEqual({ kind: 'local' });
    expect(reachOf('10.0.0.9', { type: 'none' }, links, [])).toEqual({
      kind: 'none',
      why: 'there is no route to 10.0.0.9',
    });
    expect(reach('10.0.0.255', { type: 'broadcast' })).toMatchObject({ kind: 'none' });
  });
});
