import { describe, expect, it } from 'vitest';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { facts, found, LOCAL, service, table, way } from './facts.ts';

const WEB = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;
const FAR = '10.9.0.12';
const routes = new Map([
  ['10.0.0.100', LOCAL],
  ['10.0.0.12', way()],
  [FAR, way({ gateway: '10.0.0.254' })],
]);

describe('a real server behind a router', () => {
  it('is out of reach of direct routing, and of nothing else', () => {
    const at = (forwarding: 'direct' | 'masquerade' | 'tunnel') =>
      found(
        facts({ routes, table: table([service(WEB, { address: FAR, port: 80, forwarding })]) }),
        'direct-not-on-segment',
      );
    expect(at('direct')).toEqual(['error direct-not-on-segment: tcp 10.0.0.100:80 -> 10.9.0.12:80']);
    expect(at('masquerade')).toEqual([]);
    expect(at('tunnel')).toEqual([]);
  });

  it('is not known to be one before the kernel has said so', () => {
    const services = [service(WEB, { address: FAR, port: 80 })];
    expect(found(facts({ table: table(services) }))).toEqual([]);
  });
});

describe('a real server without a route', () => {
  it('gets no new connections until there is one', () => {
    const at = (type: 'none' | 'prohibit', weight: number) =>
      examine(
        facts({
          routes: new Map([[FAR, { type }]]),
          table: table([
            service(WEB, { address: FAR, port: 80, forwarding: 'masquerade', weight, upperThreshold: 9 }),
          ]),
        }),
      ).filter(({ rule }) => rule === 'real-server-unreachable');
    expect(at('none', 5)).toMatchObject([
      { severity: 'error', fix: ['lvsadm -e -t 10.0.0.100:80 -r 10.9.0.12:80 -m -w 0 -x 9'] },
    ]);
    expect(at('prohibit', 5)[0]?.seen).toContain('prohibit');
    expect(at('none', 0)).toEqual([]);
  });
});

describe('another port than the service has', () => {
  it('counts for direct routing and tunnels, where the service has one port', () => {
    const at = (
      id: Parameters<typeof service>[0],
      port: number,
      forwarding: 'direct' | 'masquerade' | 'tunnel',
    ) =>
      found(
        facts({ routes, table: table([service(id, { address: '10.0.0.12', port, forwarding })]) }),
        'port-not-translated',
      );
    const FOUND = ['error port-not-translated: tcp 10.0.0.100:80 -> 10.0.0.12:8080'];
    expect(at(WEB, 8080, 'direct')).toEqual(FOUND);
    expect(at(WEB, 8080, 'tunnel')).toEqual(FOUND);
    expect(at(WEB, 8080, 'masquerade')).toEqual([]);
    expect(at(WEB, 80, 'direct')).toEqual([]);
    expect(at({ fwmark: 7, family: 'inet' }, 8080, 'direct')).toEqual([]);
  });
});

describe('forwarding', () => {
  const at = (address: string, settings: Record<string, string>) =>
    examine(
      facts({
        routes: new Map([...routes, ['10.0.0.10', LOCAL]]),
        table: table([service(WEB, { address, port: 80, forwarding: 'masquerade' })]),
        settings,
      }),
    ).flatMap(({ fix }) => fix);

  it('is needed for NAT to other hosts', () => {
    expect(at('10.0.0.12', { 'net/ipv4/ip_forward': '0' })).toEqual(['sysctl -w net.ipv4.ip_forward=1']);
    expect(at('10.0.0.12', { 'net/ipv4/ip_forward': '1', 'net/ipv4/conf/eth0/forwarding': '0' })).toEqual([
      'sysctl -w net.ipv4.conf.eth0.forwarding=1',
    ]);
    expect(at('10.0.0.10', { 'net/ipv4/ip_forward': '0' })).toEqual([]);
  });
});
