import { describe, expect, it } from 'vitest';
import { type Director, planDirector } from '../../../src/plan/host/director.ts';
import { settingKey } from '../../../src/settings/index.ts';
import { address, ETH0, LO, link, server } from './network.ts';

const VIP = '10.0.0.100';
const director = (rest: Partial<Director> = {}): Director => ({
  vip: VIP,
  device: 'eth0',
  mode: 'nat',
  schedulers: ['rr'],
  oneLan: false,
  ...rest,
});
const keys = (wanted: Director, network = server()) =>
  planDirector(wanted, network).map(({ setting }) => settingKey(setting));
const TWO = server({ links: [LO, ETH0, link(3, 'eth1')] });

describe('director', () => {
  it('loads IPVS and the schedulers first, and adds the VIP last', () => {
    const plan = keys(director({ schedulers: ['rr', 'mh'] }));
    expect(plan.slice(0, 3)).toEqual(['module ip_vs', 'module ip_vs_rr', 'module ip_vs_mh']);
    expect(plan.at(-1)).toBe('address 10.0.0.100 on eth0');
  });

  it('may be a real server already, which has the VIP where nobody is answered', () => {
    const both = server({ addresses: [...server().addresses, address(1, VIP)] });
    expect(keys(director(), both).at(-1)).toBe('address 10.0.0.100 on eth0');
    const other = { ...TWO, addresses: [...TWO.addresses, address(3, VIP)] };
    expect(() => keys(director(), other)).toThrow('10.0.0.100 is on eth1 of this host already');
  });

  it.each(['dr', 'tun'] as const)('%s: forwards nothing', (mode) => {
    expect(keys(director({ mode })).filter((key) => /forward|redirect/.test(key))).toEqual([]);
  });

  it('turns redirects off on one LAN only, on all and on the device', () => {
    const redirects = (wanted: Director, network = server()) =>
      keys(wanted, network).filter((key) => key.includes('send_redirects'));
    const both = ['all', 'eth0'].map((name) => `sysctl net/ipv4/conf/${name}/send_redirects`);
    expect(redirects(director())).toEqual(both);
    expect(redirects(director(), TWO)).toEqual([]);
    expect(redirects(director({ oneLan: true }), TWO)).toEqual(both);
  });

  it('keeps the default route of router advertisements, before it forwards IPv6', () => {
    const plan = keys(director({ vip: 'fd00::100' }));
    const accept = plan.indexOf('sysctl net/ipv6/conf/eth0/accept_ra');
    expect(accept).toBeGreaterThan(0);
    expect(plan.indexOf('sysctl net/ipv6/conf/all/forwarding')).toBeGreaterThan(accept);
  });

  it('adds an IPv6 VIP deprecated and checked, an IPv4 one plainly', () => {
    expect(planDirector(director({ vip: 'fd00::100' }), server()).at(-1)?.setting).toMatchObject({
      deprecated: true,
      detectDuplicates: true,
    });
    expect(planDirector(director(), server()).at(-1)?.setting).toMatchObject({
      deprecated: false,
      detectDuplicates: false,
    });
  });

  it.each([
    [{ device: 'nope' }, 'there is no device nope'],
    [{ device: 'eth9' }, 'device eth9 is down'],
    [{ device: 'eth1', vip: '10.0.0.11' }, '10.0.0.11 is on eth0 of this host already'],
  ])('refuses %j', (rest, says) => {
    const links = [...TWO.links, link(9, 'eth9', { up: false })];
    expect(() => keys(director(rest), server({ links }))).toThrow(says);
  });
});
