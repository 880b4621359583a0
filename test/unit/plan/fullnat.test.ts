import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../../src/model/network.ts';
import { formatAddresses, parseAddresses } from '../../../src/model/pool.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import { warnOfFirewall } from '../../../src/plan/firewall/fullnat-firewall.ts';
import { type Fullnat, fullnatMark, MARK, MARK_MASK, planFullnat } from '../../../src/plan/host/fullnat.ts';
import { countUse, warnOfTracking, warnOfUse } from '../../../src/plan/host/fullnat-use.ts';
import { settingKey } from '../../../src/settings/index.ts';

const WEB: ServiceId = { protocol: 'tcp', address: '10.1.0.100', port: 80 };

const link = (index: number, name: string) => ({
  index,
  name,
  up: true,
  loopback: false,
  resolves: true,
  mtu: 1500,
  hardwareAddress: '',
  kind: '',
  master: 0,
});
const own = (index: number, address: string, prefixLength = 24) => ({
  index,
  family: 'inet' as const,
  address,
  prefixLength,
  deprecated: false,
  tentative: false,
  duplicate: false,
});
const NETWORK: Network = {
  links: [link(2, 'eth0'), { ...link(3, 'eth1') }, { ...link(4, 'eth2'), up: false }],
  addresses: [own(2, '10.1.0.10'), own(3, '10.2.0.10')],
  routes: [],
  inet6: false,
};
const FULLNAT: Fullnat = { service: WEB, pool: { addresses: ['10.2.0.200', '10.2.0.201'] }, floating: false };

describe('lists of addresses', () => {
  it('are read and written', () => {
    expect(parseAddresses('10.2.0.254-10.2.1.1,10.2.0.9')).toEqual([
      '10.2.0.254',
      '10.2.0.255',
      '10.2.1.0',
      '10.2.1.1',
      '10.2.0.9',
    ]);
    const address = fc.integer({ min: 0, max: 40 }).map((host) => `fd00::${host.toString(16)}`);
    fc.assert(
      fc.property(fc.uniqueArray(address, { minLength: 1 }), (addresses) => {
        const canonical = addresses.map((text) => (text === 'fd00::0' ? 'fd00::' : text));
        expect(parseAddresses(formatAddresses(canonical))).toEqual(canonical);
      }),
    );
  });

  it.each([
    ['10.2.0.2-10.2.0.1', "'10.2.0.2-10.2.0.1' ends before it begins"],
    ['10.0.0.0-10.255.0.0', 'is more than 256 addresses'],
    ['10.2.0.1,10.2.0.1', '10.2.0.1 is named twice'],
    ['10.2.0.1,fd00::1', 'do not mix'],
    ['10.2.0.1-fd00::1', 'is neither an address nor a range'],
    ['10.2.0', 'is neither an address nor a range'],
    ['', 'is neither an address nor a range'],
  ])('%s is refused', (text, says) => {
    expect(parseAddresses(text)).toContain(says);
  });
});

describe('a plan', () => {
  it('lets connections in last, when all that they need is there', () => {
    const keys = planFullnat(FULLNAT, NETWORK).map(({ setting }) => settingKey(setting));
    expect(keys.at(-1)).toBe('FULLNAT of tcp 10.1.0.100:80');
    expect(keys.indexOf('local addresses of tcp 10.1.0.100:80')).toBeLessThan(
      keys.indexOf('address 10.2.0.200 on eth1'),
    );
    expect(keys).toContain('sysctl net/ipv4/vs/conntrack');
    expect(keys).toContain('sysctl net/ipv4/ip_forward');
  });

  it('leaves floating addresses to others', () => {
    const keys = planFullnat({ ...FULLNAT, floating: true }, NETWORK).map(({ setting }) => setting.kind);
    expect(keys).not.toContain('address');
    expect(keys).toContain('nft-pool');
  });

  it.each<[string, Partial<Fullnat>]>([
    ['is of no network of this host', { pool: { addresses: ['10.9.0.1'] } }],
    ['is the virtual address', { pool: { addresses: ['10.1.0.100'] } }],
    ["of the service's family, IPv4", { pool: { addresses: ['fd00::1'] } }],
    ['there is no device eth7', { device: 'eth7' }],
    ['device eth2 is down', { device: 'eth2' }],
    ['10.1.0.10 is on eth0 of this host already', { pool: { addresses: ['10.1.0.10'] }, device: 'eth1' }],
    ['this host has no IPv6', { service: { fwmark: 1, family: 'inet6' }, pool: { addresses: ['fd00::1'] } }],
  ])('is refused: %s', (says, change) => {
    expect(() => planFullnat({ ...FULLNAT, ...change }, NETWORK)).toThrow(says);
  });

  it('marks services apart, and always the same', () => {
    const marks = Array.from({ length: 1000 }, (_, port) => fullnatMark({ ...WEB, port: port + 1 }));
    expect(new Set(marks).size).toBe(1000);
    expect(marks.every((mark) => (mark & MARK_MASK) >>> 0 === MARK)).toBe(true);
    expect(fullnatMark({ ...WEB })).toBe(fullnatMark(WEB));
  });
});

describe('use', () => {
  const connection = (localAddress: string, port: number, localPort = 2000) => ({
    protocol: 'tcp',
    localAddress,
    localPort,
    realServer: { address: '10.3.0.11', port },
  });
  const pool = { addresses: ['10.2.0.200'], ports: { first: 2000, last: 2009 } };

  it('counts for each pair of local address and real server, and warns from four fifths on', () => {
    const many = (count: number) => Array.from({ length: count }, () => connection('10.2.0.200', 80));
    expect(countUse([...many(7), connection('10.2.0.200', 81)], pool).map(({ used }) => used)).toEqual([
      7, 1,
    ]);
    expect(warnOfUse(countUse(many(7), pool))).toEqual([]);
    expect(warnOfUse(countUse(many(8), pool))[0]).toContain(
      '10.2.0.200 has 2 of 10 ports left towards 10.3.0.11:80',
    );
    expect(countUse(many(1), { addresses: ['10.2.0.200'] })[0]?.limit).toBe(64_512);
  });

  it('is of this pool only: what lives on with a port or an address of another takes nothing', () => {
    const old = [
      connection('10.2.0.200', 80, 1999),
      connection('10.2.0.201', 80),
      connection('10.2.0.200', 80, 2010),
    ];
    expect(countUse(old, pool)).toEqual([]);
    expect(countUse([...old, connection('10.2.0.200', 80, 2009)], pool)).toMatchObject([
      { used: 1, limit: 10 },
    ]);
  });

  it('warns of a full table of tracked connections', () => {
    expect(warnOfTracking({ count: 79, limit: 100 })).toEqual([]);
    expect(warnOfTracking({ count: 80, limit: 100 })[0]).toContain('80 of 100 connections can be tracked');
    expect(warnOfTracking({ count: 0, limit: 0 })).toEqual([]);
  });
});

describe('a firewall', () => {
  const REST = { iptables: [], devices: ['eth0', 'eth1'] };
  // What `nft -j list ruleset` of 1.0.6 printed of the rules that the names below tell.
  const file = new URL('firewall.json', import.meta.url);
  const { nftables } = JSON.parse(readFileSync(file, 'utf8'));
  const warned = (service: ServiceId) =>
    warnOfFirewall(service, [], { nftables, ...REST }, 'lvsadm').map((text) => /`(.*)`/.exec(text)?.[1]);

  it('is warned of where it drops the rest and accepts none of ours', () => {
    // inet filter input accepts ports 22 and 80, ip legacy INPUT only 22; inet filter forward accepts nothing.
    expect(warned(WEB)).toEqual(['ip legacy INPUT', 'inet filter forward']);
    expect(warned({ ...WEB, port: 81 })).toEqual([
      'inet filter input',
      'ip legacy INPUT',
      'inet filter forward',
    ]);
    expect(warned({ ...WEB, address: 'fd01::100' })).toEqual(['inet filter forward']);
  });

  // In each hook a packet has other addresses and ports: those of real servers are seen in output and forward.
  const port = (field: string, right: unknown, protocol = 'tcp') => ({
    match: { op: '==', left: { payload: { protocol, field } }, right },
  });
  const state = (...right: string[]) => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } });
  it.each<[string, hook: string, condition: object, accepts: boolean]>([
    ['the service’s port', 'input', port('dport', 80), true],
    ['the real server’s', 'input', port('dport', 8080), false],
    ['the service’s port', 'output', port('dport', 80), false],
    ['the real server’s', 'output', port('dport', 8080), true],
    ['the real server’s, as a source', 'forward', port('sport', { set: [443, 8080] }), true],
    ['another source', 'forward', port('sport', 443), false],
    ['a server’s port in the place of the client’s', 'forward', port('dport', 22), false],
    ['any port of clients', 'forward', port('dport', { range: [1024, 65535] }), true],
    ['another protocol', 'input', port('dport', 80, 'udp'), false],
    ['echo requests', 'input', port('type', 'echo-request', 'icmp'), false],
    ['the VIP', 'input', port('daddr', '10.1.0.100', 'ip'), true],
    ['the VIP', 'output', port('daddr', '10.1.0.100', 'ip'), false],
    ['a network', 'forward', port('saddr', { prefix: { addr: '10.3.0.0', len: 24 } }, 'ip'), true],
    ['another real server', 'forward', port('saddr', '10.3.0.12', 'ip'), false],
    ['new connections', 'forward', state('new'), false],
    ['old connections', 'forward', state('established', 'related'), true],
    ['old connections', 'input', state('established', 'related'), false],
  ])('a rule that accepts %s in %s', (_, hook, condition, accepts) => {
    const chain = { family: 'inet', table: 'filter', name: 'c', type: 'filter', hook, policy: 'drop' };
    const rule = { family: 'inet', table: 'filter', chain: 'c', expr: [condition, { accept: null }] };
    const servers = [{ address: '10.3.0.11', port: 8080 }];
    expect(warnOfFirewall(WEB, servers, { nftables: [{ chain }, { rule }], ...REST }, 'lvsadm')).toHaveLength(
      accepts ? 0 : 1,
    );
  });

  it('is asked in the order of its rules', () => {
    const chain = {
      family: 'inet',
      table: 'filter',
      name: 'c',
      type: 'filter',
      hook: 'input',
      policy: 'accept',
    };
    const of = (...expr: object[]) => ({ rule: { family: 'inet', table: 'filter', chain: 'c', expr } });
    const [accepting, rejecting] = [of(port('dport', 80), { accept: null }), of({ reject: null })];
    const warnings = (...rules: object[]) =>
      warnOfFirewall(WEB, [], { nftables: [{ chain }, ...rules] as typeof nftables, ...REST }, 'lvsadm')
        .length;
    expect(warnings(accepting, rejecting)).toBe(0);
    expect(warnings(rejecting, accepting)).toBe(1);
  });

  it('is not, where there is none', () => {
    expect(warnOfFirewall(WEB, [], { nftables: [], ...REST }, 'lvsadm')).toEqual([]);
  });
});
