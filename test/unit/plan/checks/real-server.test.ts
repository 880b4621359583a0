import { describe, expect, it } from 'vitest';
import type { Meant } from '../../../../src/model/facts.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { address, ETH0, LO, link, server, TUNL0 } from '../network.ts';
import { facts, found, LOCAL, service, table, way } from './facts.ts';

const VIP = '10.0.0.100';
const UP = `lvsadm realserver up --mode dr --vip ${VIP}`;
const meant: readonly Meant[] = [{ mode: 'dr', address: VIP, up: UP }];

/** A host with an address on a device, and ARP as the kernel begins. */
function holding(text: string, index = 1, settings: Record<string, string> = {}) {
  const tunl0 = { ...TUNL0, up: true };
  const { addresses } = server();
  return {
    network: server({ links: [LO, ETH0, tunl0], addresses: [...addresses, address(index, text)] }),
    settings: {
      'net/ipv4/conf/all/arp_ignore': '0',
      'net/ipv4/conf/all/arp_announce': '0',
      'net/ipv4/conf/eth0/arp_ignore': '0',
      'net/ipv4/conf/eth0/arp_announce': '0',
      ...settings,
    },
  };
}

describe('a host address on lo', () => {
  it('may be a VIP where nobody says that it is one', () => {
    expect(found(facts(holding(`${VIP}/32`)))).toEqual([
      `warning real-server-answers-arp: ${VIP}`,
      `warning real-server-asks-as-vip: ${VIP}`,
    ]);
  });

  it('is a VIP where somebody says so, and one command fixes all', () => {
    const findings = examine(facts({ ...holding(`${VIP}/32`), meant, routes: new Map([[VIP, LOCAL]]) }));
    expect(findings.map(({ severity, fix }) => ({ severity, fix }))).toEqual([
      { severity: 'error', fix: [UP] },
      { severity: 'error', fix: [UP] },
    ]);
  });

  it('is nothing special on a director, and nothing to ARP with IPv6', () => {
    const services = [
      service({ protocol: 'tcp', address: '10.0.0.50', port: 80 }, { address: VIP, port: 80 }),
    ];
    expect(found(facts({ ...holding('10.255.0.1/32'), table: table(services) }))).toEqual([]);
    const marked = [service({ fwmark: 7, family: 'inet' }, { address: VIP, port: 0 })];
    expect(found(facts({ ...holding(`${VIP}/32`), table: table(marked) }))).toEqual([]);
    expect(found(facts(holding('fd00::100/128')))).toEqual([]);
    expect(found(facts(holding('127.0.0.2/32')))).toEqual([]);
  });

  it('is the director’s where it has a service, whatever else this host is meant to be', () => {
    const services = [
      service({ protocol: 'tcp', address: VIP, port: 80 }, { address: '10.0.0.12', port: 80 }),
    ];
    const routes = new Map([[VIP, LOCAL]]);
    expect(found(facts({ ...holding(`${VIP}/32`), meant, routes, table: table(services) }))).toEqual([]);
  });

  it('is kept silent by a device, or by all', () => {
    const quiet = (ignore: string, announce: string) =>
      found(
        facts(
          holding(`${VIP}/32`, 1, {
            [`net/ipv4/conf/${ignore}/arp_ignore`]: '1',
            [`net/ipv4/conf/${announce}/arp_announce`]: '2',
          }),
        ),
      );
    expect(quiet('eth0', 'all')).toEqual([]);
    expect(quiet('all', 'eth0')).toEqual([]);
    expect(quiet('lo', 'lo')).toHaveLength(2);
  });
});

describe('an address on a tunnel device', () => {
  const strict = (device: string, all: string) =>
    found(
      facts(
        holding(`${VIP}/32`, 9, {
          'net/ipv4/conf/all/arp_ignore': '1',
          'net/ipv4/conf/all/arp_announce': '2',
          'net/ipv4/conf/tunl0/rp_filter': device,
          'net/ipv4/conf/all/rp_filter': all,
        }),
      ),
    );

  it('is not served when the larger of two settings is 1', () => {
    const FOUND = [`error tunnel-strict-source: ${VIP}`];
    expect(strict('1', '0')).toEqual(FOUND);
    expect(strict('0', '1')).toEqual(FOUND);
    expect(strict('2', '1')).toEqual([]);
    expect(strict('1', '2')).toEqual([]);
    expect(strict('0', '0')).toEqual([]);
  });
});

describe('a VIP on a device with neighbours', () => {
  it('is told by a real server, whatever is set, but not by a director', () => {
    const host = { ...holding(`${VIP}/24`, 2), meant, routes: new Map([[VIP, LOCAL]]) };
    expect(examine(facts(host))).toMatchObject([
      { rule: 'real-server-shows-vip', severity: 'error', fix: [`ip addr del ${VIP}/24 dev eth0`, UP] },
    ]);
    expect(found(facts({ ...host, meant: [] }))).toEqual([]);
    const services = [
      service({ protocol: 'tcp', address: VIP, port: 80 }, { address: '10.0.0.12', port: 80 }),
    ];
    expect(found(facts({ ...host, table: table(services) }))).toEqual([]);
  });
});

describe('strict checks of the source', () => {
  const strict = { 'net/ipv4/conf/eth1/rp_filter': '1', 'net/ipv4/conf/eth0/rp_filter': '1' };
  const links = [LO, ETH0, link(3, 'eth1')];

  it('matter to a director where the way back is another', () => {
    const at = (index: number) =>
      found(
        facts({
          network: server({ links, addresses: [address(index, `${VIP}/32`)] }),
          settings: strict,
          routes: new Map([[VIP, LOCAL]]),
          table: table([
            service({ protocol: 'tcp', address: VIP, port: 80 }, { address: '10.0.0.12', port: 80 }),
          ]),
        }),
      );
    expect(at(3)).toEqual([`warning clients-strict-source: ${VIP}`]);
    expect(at(2)).toEqual([]);
  });

  it('may matter to a real server on a second segment', () => {
    const host = holding(`${VIP}/32`, 1, {
      'net/ipv4/conf/all/arp_ignore': '1',
      'net/ipv4/conf/all/arp_announce': '2',
    });
    const at = (settings: Record<string, string>) =>
      found(
        facts({
          network: { ...host.network, links },
          settings: {
            ...host.settings,
            'net/ipv4/conf/eth1/arp_ignore': '0',
            'net/ipv4/conf/eth1/arp_announce': '0',
            ...settings,
          },
        }),
      );
    expect(at(strict)).toEqual(['hint direct-strict-source: eth1']);
    expect(at({ 'net/ipv4/conf/eth0/rp_filter': '1' })).toEqual([]);
    expect(at({ ...strict, 'net/ipv4/conf/all/rp_filter': '2' })).toEqual([]);
  });
});

describe('the way back through a director', () => {
  const nat: readonly Meant[] = [{ mode: 'nat', address: '10.0.0.10', up: 'lvsadm realserver up …' }];

  it('is that of every reply', () => {
    const at = (...gateways: string[]) =>
      found(
        facts({
          meant: nat,
          routes: new Map([['10.0.0.10', way()]]),
          replies: new Map([['10.0.0.10', gateways.map((gateway) => way({ gateway }))]]),
        }),
      );
    expect(at('10.0.0.254', '10.0.0.254')).toEqual(['error replies-miss-director: 10.0.0.10']);
    expect(at('10.0.0.10', '10.0.0.254')).toEqual(['error replies-miss-director: 10.0.0.10']);
    expect(at('10.0.0.10', '10.0.0.10')).toEqual([]);
  });

  it('cannot be set here when the director is behind a router', () => {
    const behind = new Map([['10.0.0.10', way({ gateway: '10.0.0.254' })]]);
    const replies = new Map([['10.0.0.10', [way({ gateway: '10.0.0.254' })]]]);
    expect(found(facts({ meant: nat, routes: behind, replies }))).toEqual([
      'warning replies-miss-director: 10.0.0.10',
    ]);
  });
});

describe('a VIP on a device that is down', () => {
  it('is not served', () => {
    const network = server({
      links: [LO, ETH0, link(3, 'eth1', { up: false })],
      addresses: [address(3, '10.0.0.50/32')],
    });
    const services = [
      service({ protocol: 'tcp', address: '10.0.0.50', port: 80 }, { address: VIP, port: 80 }),
    ];
    expect(found(facts({ network, table: table(services) }))).toEqual(['error vip-device-down: 10.0.0.50']);
    // A dummy device only holds addresses: kube-proxy leaves its own down.
    const links = [LO, ETH0, link(3, 'kube-ipvs0', { up: false, resolves: false, kind: 'dummy' })];
    const held = { ...network, links };
    expect(found(facts({ network: held, table: table(services) }))).toEqual([]);
  });
});
