import { describe, expect, it } from 'vitest';
import { adviseRealServer } from '../../../src/plan/host/advice.ts';
import { planRealServer, type RealServer } from '../../../src/plan/host/realserver.ts';
import { settingKey } from '../../../src/settings/index.ts';
import { address, ETH0, LO, link, route, server, TUNL0 } from './network.ts';

const VIP = '10.0.0.100';
const VIP6 = 'fd00::100';
const keys = (wanted: RealServer, network = server()) =>
  planRealServer(wanted, network).map(({ setting }) => settingKey(setting));

describe('direct routing', () => {
  it('silences the devices that do ARP, and no others', () => {
    const wlan = link(3, 'wlan0');
    const down = link(4, 'eth9', { up: false });
    const port = link(5, 'eth1', { master: 6 });
    const bridge = link(6, 'br0', { kind: 'bridge' });
    const member = link(7, 'eth2', { master: 8 });
    const vrf = link(8, 'red', { kind: 'vrf', resolves: false });
    const network = server({ links: [LO, ETH0, TUNL0, wlan, down, port, bridge, member, vrf] });
    const silenced = keys({ mode: 'dr', vip: VIP, device: 'lo' }, network).filter((key) =>
      key.endsWith('arp_ignore'),
    );
    // One that is down may come up; `default` is for those that appear later.
    expect(silenced).toEqual(
      ['eth0', 'wlan0', 'eth9', 'br0', 'eth2', 'default'].map(
        (name) => `sysctl net/ipv4/conf/${name}/arp_ignore`,
      ),
    );
  });

  it('puts back with default all that the kernel copies it to', () => {
    const needs = planRealServer({ mode: 'dr', vip: VIP, device: 'lo' }, server());
    const found = needs.find(({ setting }) => settingKey(setting).endsWith('default/arp_ignore'));
    expect(found?.setting).toMatchObject({
      alongside: ['net/ipv4/conf/lo/arp_ignore', 'net/ipv4/conf/tunl0/arp_ignore'],
    });
  });

  it('leaves alone the devices by which containers find this host, and says so', () => {
    const pod = link(5, 'pod1', { kind: 'veth' });
    const network = server({
      links: [LO, ETH0, pod],
      routes: [
        route('0.0.0.0/0', '10.0.0.254'),
        { ...route('10.244.0.2/32', ''), index: 5, gateway: undefined },
      ],
    });
    const wanted = { mode: 'dr', vip: VIP, device: 'lo' } as const;
    expect(keys(wanted, network).filter((key) => key.endsWith('arp_ignore'))).toEqual([
      'sysctl net/ipv4/conf/eth0/arp_ignore',
    ]);
    expect(adviseRealServer(wanted, network).join()).toContain('pod1: ARP settings stay as they are');
    // With an address of its own it may be on the clients' segment.
    const numbered = { ...network, addresses: [...network.addresses, address(5, '10.0.1.1/24')] };
    expect(keys(wanted, numbered)).toContain('sysctl net/ipv4/conf/pod1/arp_ignore');
    expect(adviseRealServer(wanted, numbered)).toHaveLength(1);
  });

  it('holds the VIP last, once nobody can be told of it', () => {
    expect(keys({ mode: 'dr', vip: VIP, device: 'lo' }).at(-1)).toBe('address 10.0.0.100 on lo');
  });

  it('needs no ARP settings for IPv6', () => {
    expect(keys({ mode: 'dr', vip: VIP6, device: 'lo' })).toEqual(['state of lo', 'address fd00::100 on lo']);
  });

  it.each([
    [{ vip: VIP, device: 'nope' }, 'there is no device nope'],
    [{ vip: VIP, device: 'eth0' }, 'eth0 answers its neighbours'],
    [{ vip: '10.0.0.11', device: 'lo' }, '10.0.0.11 is on eth0 of this host already'],
  ])('refuses %j', (wanted, says) => {
    expect(() => keys({ mode: 'dr', ...wanted })).toThrow(says);
  });

  it('goes with a director on the same host when that is said, and only then', () => {
    const directing = server({ addresses: [...server().addresses, address(2, VIP)] });
    const wanted = { mode: 'dr', vip: VIP, device: 'lo' } as const;
    expect(() => keys(wanted, directing)).toThrow('add --also-director');
    expect(keys({ ...wanted, alsoDirector: true }, directing).at(-1)).toBe('address 10.0.0.100 on lo');
    // Another silent device is no director's.
    const twice = server({ addresses: [...server().addresses, address(9, VIP)] });
    expect(() => keys({ ...wanted, alsoDirector: true }, twice)).toThrow('is on tunl0 of this host already');
  });

  it('refuses an IPv6 VIP on a host without IPv6', () => {
    expect(() => keys({ mode: 'dr', vip: VIP6, device: 'lo' }, server({ inet6: false }))).toThrow('no IPv6');
  });
});

describe('tunnel', () => {
  it.each([
    ['ipip', VIP, undefined, 'tunl0', ['ipip']],
    ['ipip', VIP6, undefined, 'ip6tnl0', ['ip6_tunnel']],
    ['ipip', VIP6, '10.0.0.11', 'sit0', ['sit']],
    ['ipip', VIP, 'fd00::11', 'lvs46', ['ip6_tunnel']],
    ['gre', VIP, undefined, 'gre0', ['ip_gre']],
    ['gre', VIP, 'fd00::11', 'ip6gre0', ['ip6_gre']],
    ['gue', VIP, undefined, 'tunl0', ['fou', 'ipip']],
    ['gue', VIP6, undefined, 'ip6tnl0', ['fou', 'fou6', 'ip6_tunnel']],
  ] as const)('%s for %s at %s: on %s, with %j', (tunnel, vip, rip, device, modules) => {
    const port = tunnel === 'gue' ? { port: 6080 } : {};
    const plan = keys({ mode: 'tun', vip, tunnel, ...port, ...(rip ? { rip } : {}) });
    expect(plan.filter((key) => key.startsWith('module'))).toEqual(modules.map((name) => `module ${name}`));
    expect(plan.at(-1)).toBe(`address ${vip} on ${device}`);
    expect(plan.includes(`sysctl net/ipv4/conf/${device}/rp_filter`)).toBe(vip === VIP);
  });

  it('of IPv4 in IPv6 wants the own address, and it must be ours', () => {
    expect(() => keys({ mode: 'tun', vip: VIP, tunnel: 'ipip', rip: 'fd00::12' })).toThrow(
      'not an address of this host',
    );
  });
});

describe('NAT', () => {
  const nat = (director: string, setGateway = false) => ({ mode: 'nat', director, setGateway }) as const;

  it('is content when the default route goes through the director', () => {
    expect(keys(nat('10.0.0.254'))).toEqual([]);
    expect(keys(nat('fd00::254'))).toEqual([]);
  });

  it('goes by the halves where there are such routes, and by the least metric', () => {
    const halves = [route('0.0.0.0/1', '10.0.0.10'), route('128.0.0.0/1', '10.0.0.10')];
    const routes = [route('0.0.0.0/0', '10.0.0.254'), ...halves];
    expect(keys(nat('10.0.0.10'), server({ routes }))).toEqual([]);
    expect(() => keys(nat('10.0.0.254'), server({ routes }))).toThrow('do not go back');
    const two = [
      route('0.0.0.0/0', '10.0.0.10', { metric: 100 }),
      route('0.0.0.0/0', '10.0.0.254', { metric: 50 }),
    ];
    expect(keys(nat('10.0.0.254'), server({ routes: two }))).toEqual([]);
  });

  it('sets two routes when told to', () => {
    expect(keys(nat('10.0.0.10', true))).toEqual(['route 0.0.0.0/1', 'route 128.0.0.0/1']);
    expect(keys(nat('fd00::10', true))).toEqual(['route ::/1', 'route 8000::/1']);
  });

  it.each([
    ['10.0.0.11', 'is an address of this host'],
    ['10.0.1.1', 'is not on a network of this host'],
    ['10.0.0.10', 'add --set-gateway'],
  ])('refuses director %s', (director, says) => {
    expect(() => keys(nat(director))).toThrow(says);
  });

  it('does not take a host address for a network', () => {
    const addresses = [address(2, '10.0.0.11/32')];
    expect(() => keys(nat('10.0.0.10', true), server({ addresses }))).toThrow('not on a network');
  });
});
