import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/host/links.ts';
import type { Neighbour, ResolvedRoute } from '../../../src/model/network.ts';
import { bundle, ip, Namespace } from './namespace.ts';

// What the kernel answers about ways and neighbours, on a host whose table iproute2 has made.

let host: Namespace;
beforeAll(async () => {
  execFileSync('/sbin/modprobe', ['-a', 'ipv6', 'veth']);
  ip(
    undefined,
    [
      'netns add lost\nnetns add found',
      'link add e0 netns lost type veth peer name e0 netns found',
      'link add e1 netns lost type veth peer name e1 netns found',
    ].join('\n'),
  );
  ip(
    'lost',
    [
      'link set lo up\nlink set e0 up\nlink set e1 up',
      'addr add 10.0.0.1/24 dev e0\naddr add fd00::1/64 dev e0 nodad\naddr add 10.5.0.1/24 dev e1',
      'route add 10.1.0.0/24 via 10.0.0.2\nroute add fd01::/64 via fd00::2',
      'route add 10.2.0.0/24 via 10.0.0.2 mtu 1400 src 10.5.0.1',
      'route add 10.3.0.0/24 via inet6 fd00::2 dev e0',
      ...['unreachable', 'blackhole', 'prohibit'].flatMap((type, number) => [
        `route add ${type} 10.4.${number}.0/24`,
        `route add ${type} fd04:${number}::/32 dev lo`,
      ]),
      'route add 10.9.0.0/24 via 10.5.0.2 table 77\nrule add fwmark 7 table 77',
      'neigh add 10.0.0.7 dev e0 lladdr 02:00:00:00:00:07 nud permanent',
      'neigh add 10.0.0.8 dev e0 lladdr 02:00:00:00:00:08 nud stale',
    ].join('\n'),
  );
  ip(
    'found',
    'link set e0 up\nlink set e1 up\naddr add 10.0.0.2/24 dev e0\naddr add fd00::2/64 dev e0 nodad',
  );
  host = new Namespace('lost', await bundle(new URL('agent.ts', import.meta.url)));
});
afterAll(() => {
  host?.close();
  for (const name of ['lost', 'found']) execFileSync('ip', ['netns', 'delete', name]);
});

const way = (address: string, packet?: Packet): Promise<ResolvedRoute> =>
  host.perform({ do: 'route', address, ...(packet && { packet }) });

describe('the way to', () => {
  it.each([
    ['10.0.0.99', { type: 'unicast', source: '10.0.0.1' }],
    ['10.1.0.5', { type: 'unicast', gateway: '10.0.0.2', source: '10.0.0.1' }],
    ['10.2.0.5', { type: 'unicast', gateway: '10.0.0.2', source: '10.5.0.1', mtu: 1400 }],
    ['10.3.0.5', { type: 'unicast', gateway: 'fd00::2' }],
    ['10.5.0.1', { type: 'local', source: '10.5.0.1' }],
    ['10.0.0.255', { type: 'broadcast' }],
    ['fd00::99', { type: 'unicast', source: 'fd00::1' }],
    ['fd01::5', { type: 'unicast', gateway: 'fd00::2', source: 'fd00::1' }],
    ['fd00::1', { type: 'local' }],
  ])('%s is known', async (address, expected) => {
    const found = await way(address);
    expect(found).toMatchObject(expected);
    expect('gateway' in found).toBe('gateway' in expected);
    expect('mtu' in found).toBe('mtu' in expected);
  });

  it.each([
    ['10.77.0.1', 'none'],
    ['10.4.0.1', 'unreachable'],
    ['10.4.1.1', 'blackhole'],
    ['10.4.2.1', 'prohibit'],
    ['fd77::1', 'none'],
    ['fd04:0::1', 'unreachable'],
    ['fd04:1::1', 'blackhole'],
    ['fd04:2::1', 'prohibit'],
  ])('%s is %s', async (address, type) => {
    expect(await way(address)).toEqual({ type });
  });

  it('a destination may depend on the packet’s mark', async () => {
    expect(await way('10.9.0.1')).toEqual({ type: 'none' });
    expect(await way('10.9.0.1', { mark: 7 })).toMatchObject({ gateway: '10.5.0.2', source: '10.5.0.1' });
  });

  it('another host’s packet is found by the device that it came in by', async () => {
    const index = async (address: string) => {
      const found = await way(address);
      return 'index' in found ? found.index : 0;
    };
    const [e0, e1] = [await index('10.0.0.99'), await index('10.5.0.99')];
    expect(e0).not.toBe(e1);
    await host.write('net/ipv4/ip_forward', '0');
    expect(await way('10.1.0.5', { from: '10.5.0.9', input: e1 })).toEqual({ type: 'unreachable' });
    await host.write('net/ipv4/ip_forward', '1');
    const forwarded = { type: 'unicast', index: e0, gateway: '10.0.0.2' };
    expect(await way('10.1.0.5', { from: '10.5.0.9', input: e1 })).toMatchObject(forwarded);
    await host.write('net/ipv4/conf/all/rp_filter', '1');
    expect(await way('10.0.0.5', { from: '10.1.0.5', input: e1 })).toEqual({ type: 'reverse-path' });
  });
});

describe('a neighbour', () => {
  const neighbour = (address: string): Promise<Neighbour | null> =>
    host.perform({ do: 'neighbour', device: 'e0', address });

  it.each([
    ['10.0.0.7', 'permanent', '02:00:00:00:00:07'],
    ['10.0.0.8', 'stale', '02:00:00:00:00:08'],
  ])('%s is %s, with its hardware address', async (address, state, hardwareAddress) => {
    expect(await neighbour(address)).toMatchObject({ state, hardwareAddress });
  });

  it.each([
    ['10.0.0.2', 'reachable', /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/],
    ['10.0.0.66', 'failed', /^$/],
    ['fd00::2', 'reachable', /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/],
  ])('%s is %s once it has been asked for', async (address, state, hardwareAddress) => {
    await host.perform({ do: 'solicit', device: 'e0', address });
    await expect.poll(async () => (await neighbour(address))?.state, { timeout: 8000 }).toBe(state);
    expect((await neighbour(address))?.hardwareAddress).toMatch(hardwareAddress);
  });

  it('that is being asked for has no hardware address', async () => {
    await host.perform({ do: 'solicit', device: 'e0', address: '10.0.0.67' });
    expect(await neighbour('10.0.0.67')).toMatchObject({ state: 'incomplete', hardwareAddress: '' });
  });
});
