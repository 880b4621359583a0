import { describe, expect, it } from 'vitest';
import type { IptablesRule } from '../../../../src/model/facts.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { address, server } from '../network.ts';
import { facts, LOCAL, service, table, way } from './facts.ts';

const VIP = '10.0.0.100';

function director(forwarding: 'direct' | 'tunnel' | 'masquerade', text: string, conntrack = '0') {
  const iptables = text
    .split('\n')
    .map((line): IptablesRule => ({ family: 'inet', table: 'filter', kind: 'legacy', text: line }));
  return examine(
    facts({
      table: table([
        service(
          { protocol: 'tcp', address: VIP, port: 80 },
          { address: '10.0.0.12', port: 8080, forwarding },
        ),
      ]),
      routes: new Map([
        [VIP, LOCAL],
        ['10.0.0.12', way()],
      ]),
      settings: { 'net/ipv4/vs/conntrack': conntrack },
      nftables: [],
      iptables,
    }),
  ).flatMap(({ rule, subject, fix }) => (rule === 'firewall-drops-service' ? [{ subject, fix }] : []));
}

describe('a firewall on a director', () => {
  const SERVICE = `tcp ${VIP}:80`;
  const PLACED = `${SERVICE} -> 10.0.0.12:8080`;
  const line = (rest: string) => [`iptables-legacy -t filter -I ${rest} -j ACCEPT`];

  it('that drops requests', () => {
    expect(director('direct', ':INPUT DROP [0:0]')).toEqual([
      { subject: SERVICE, fix: line(`INPUT -d ${VIP} -p tcp --dport 80`) },
    ]);
    expect(director('direct', ':INPUT DROP [0:0]\n-A INPUT -p tcp --dport 80 -j ACCEPT')).toEqual([]);
  });

  it('that drops what goes to the real server, as it is sent', () => {
    const drops = (forwarding: 'direct' | 'tunnel' | 'masquerade') =>
      director(forwarding, ':OUTPUT DROP [0:0]');
    expect(drops('direct')).toEqual([{ subject: PLACED, fix: line(`OUTPUT -d ${VIP} -p tcp --dport 80`) }]);
    expect(drops('masquerade')).toEqual([
      { subject: PLACED, fix: line('OUTPUT -d 10.0.0.12 -p tcp --dport 8080') },
    ]);
    expect(drops('tunnel')).toEqual([{ subject: PLACED, fix: line('OUTPUT -d 10.0.0.12 -p 4') }]);
  });

  it('that drops replies, which only NAT has come back', () => {
    expect(director('masquerade', ':FORWARD DROP [0:0]')).toEqual([
      { subject: PLACED, fix: line('FORWARD -s 10.0.0.12 -p tcp --sport 8080') },
    ]);
    expect(director('direct', ':FORWARD DROP [0:0]')).toEqual([]);
    expect(
      director('masquerade', ':FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n-A FORWARD -j DOCKER-USER'),
    ).toEqual([{ subject: PLACED, fix: line('DOCKER-USER -s 10.0.0.12 -p tcp --sport 8080') }]);
    const established = ':FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT';
    expect(director('masquerade', established, '1')).toEqual([]);
    // Without tracking it is not known what state they are in.
    expect(director('masquerade', established, '0')).toEqual([]);
  });
});

it('a chain of keepalived is named as its own', () => {
  const base = { family: 'ip', table: 'keepalived', type: 'filter', prio: 0, policy: 'accept' };
  const vips = { payload: { protocol: 'ip', field: 'daddr' } };
  const expr = [{ match: { op: '==', left: vips, right: '@vips' } }, { drop: null }];
  const [finding] = examine(
    facts({
      table: table([
        service({ protocol: 'tcp', address: VIP, port: 80 }, { address: '10.0.0.12', port: 80 }),
      ]),
      iptables: [],
      nftables: [
        { set: { family: 'ip', table: 'keepalived', name: 'vips', elem: [VIP] } },
        { chain: { ...base, name: 'in', hook: 'input' } },
        { rule: { family: 'ip', table: 'keepalived', chain: 'in', expr } },
      ],
    }),
  );
  expect(finding).toMatchObject({ rule: 'firewall-drops-service', fix: [] });
  expect(finding?.advice).toContain('vrrp_strict');
});

it('a real server that lets no tunnel in', () => {
  const of = (text: string) =>
    examine(
      facts({
        network: server({
          links: server().links.map((link) => ({ ...link, up: true })),
          addresses: [...server().addresses, address(9, `${VIP}/32`)],
        }),
        nftables: [],
        iptables: text.split('\n').map((line) => ({ family: 'inet', table: 'filter', text: line })),
      }),
    ).filter(({ rule }) => rule === 'firewall-drops-tunnel');
  expect(of(':INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT')).toMatchObject([
    { subject: 'tunl0', fix: ['iptables-legacy -t filter -I INPUT -p 4 -j ACCEPT'] },
  ]);
  expect(of(':INPUT DROP [0:0]\n-A INPUT -p ipencap -j ACCEPT')).toEqual([]);
  expect(of(':INPUT ACCEPT [0:0]')).toEqual([]);
});
