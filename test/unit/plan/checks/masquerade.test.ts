import { describe, expect, it } from 'vitest';
import { address, ETH0, LO, link, server } from '../network.ts';
import { facts, found, LOCAL, service, table, way } from './facts.ts';

const WEB = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;
const NEAR = '10.0.0.12';
const INNER = '10.2.0.12';
const FAR = '10.9.0.12';

/** The VIP is on eth0 (2), where the default route goes; eth1 (3) leads to real servers. */
function director(server_: string, rest: Partial<Parameters<typeof facts>[0]> = {}) {
  const { addresses } = server();
  return facts({
    network: server({
      links: [LO, ETH0, link(3, 'eth1')],
      addresses: [...addresses, address(2, '10.0.0.100/32'), address(3, '10.2.0.1/24')],
    }),
    routes: new Map([
      ['10.0.0.100', LOCAL],
      [NEAR, way()],
      [INNER, way({ index: 3 })],
      [FAR, way({ index: 3, gateway: '10.2.0.254' })],
    ]),
    table: table([service(WEB, { address: server_, port: 8080, forwarding: 'masquerade' })]),
    ...rest,
  });
}

describe('the way back from a real server of NAT', () => {
  it('is uncertain behind a router, more so behind the one of the clients', () => {
    const outward = new Map([[FAR, way({ gateway: '10.0.0.254' })]]);
    const subject = 'masquerade-behind-router: tcp 10.0.0.100:80 -> 10.9.0.12:8080';
    expect(found(director(FAR))).toEqual([`hint ${subject}`]);
    expect(found(director(FAR, { routes: outward }))).toEqual([`warning ${subject}`]);
  });

  it('leaves this host out for clients on its own segment', () => {
    expect(found(director(NEAR))).toEqual(['hint masquerade-among-clients: tcp 10.0.0.100:80']);
    expect(found(director(INNER))).toEqual([]);
  });

  it('is certain with FULLNAT', () => {
    const fullnat = new Set(['tcp 10.0.0.100:80']);
    expect(found(director(FAR, { fullnat }))).toEqual([]);
    expect(found(director(NEAR, { fullnat }))).toEqual([]);
    expect(found(director(FAR, { managers: ['kube-proxy'] }))).toEqual([]);
    expect(found(director(FAR, { managers: ['keepalived'] }))).toHaveLength(1);
  });
});

describe('redirects', () => {
  const at = (real: string, all: string, own: string) =>
    found(
      director(real, {
        settings: {
          'net/ipv4/conf/all/send_redirects': all,
          'net/ipv4/conf/eth0/send_redirects': own,
          'net/ipv4/conf/eth1/send_redirects': '1',
        },
      }),
      'masquerade-redirects',
    );

  it('matter where real servers and clients are on one device', () => {
    expect(at(NEAR, '1', '0')).toEqual(['warning masquerade-redirects: eth0']);
    expect(at(NEAR, '0', '1')).toEqual(['warning masquerade-redirects: eth0']);
    expect(at(NEAR, '0', '0')).toEqual([]);
    expect(at(INNER, '1', '1')).toEqual([]);
  });
});

describe('one-packet scheduling', () => {
  it('does not go with NAT, to other hosts or here', () => {
    const at = (forwarding: 'direct' | 'masquerade', onePacket: boolean) =>
      found(
        facts({
          table: table([
            service({ ...WEB, protocol: 'udp', onePacket }, { address: NEAR, port: 80, forwarding }),
          ]),
        }),
      );
    expect(at('masquerade', true)).toEqual(['error masquerade-one-packet: udp 10.0.0.100:80']);
    expect(at('masquerade', false)).toEqual([]);
    expect(at('direct', true)).toEqual([]);
  });
});
