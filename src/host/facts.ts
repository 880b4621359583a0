import { readdir } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../model/address.ts';
import type { Facts, FirewallObject, Meant } from '../model/facts.ts';
import type { ResolvedRoute } from '../model/network.ts';
import { SCHEDULERS } from '../model/scheduler.ts';
import { isFwmark } from '../model/service.ts';
import type { Table } from '../model/table.ts';
import { readFirewall } from './firewall.ts';
import { readContent } from './fullnat-content.ts';
import { TABLE } from './fullnat-table.ts';
import { Links } from './links.ts';
import { moduleStates } from './module-state.ts';
import { findTableOwners } from './owners.ts';
import { readSysctl } from './sysctl.ts';

/** Looks at this host, in its network namespace: nothing is changed, loaded or sent. */
export async function readFacts(
  table: Table | undefined,
  meant: readonly Meant[],
  unknown: readonly string[],
): Promise<Facts> {
  const links = new Links();
  try {
    const network = {
      links: await links.links(),
      addresses: await links.addresses(),
      routes: await links.routes(),
      inet6: (await readSysctl('net/ipv6/conf/all/disable_ipv6')) === '0',
    };
    const routes = new Map<Address, ResolvedRoute>();
    for (const address of addressesOf(table, meant)) routes.set(address, await links.route(address));
    const { nftables, iptables } = await readFirewall();
    return {
      kernel: release(),
      network,
      neighbours: await links.neighbours(),
      answers: new Map(),
      routes,
      settings: await readSettings(network.links.map(({ name }) => name)),
      table,
      fullnat: fullnatServices(nftables ?? []),
      modules: await moduleStates(schedulersOf(table).map((name) => `ip_vs_${name}`)),
      nftables,
      iptables,
      managers: (await findTableOwners()).map(({ name }) => name),
      meant,
      unknown: [
        ...unknown,
        ...(nftables ? [] : ['nftables: program nft is not installed, or may not read it']),
        ...(iptables ? [] : ['iptables: its program is not installed, or may not read it']),
      ],
    };
  } finally {
    await links.close();
  }
}

/** Those of Linux, and whatever else is named. */
function schedulersOf(table: Table | undefined): string[] {
  return [...new Set([...SCHEDULERS, ...(table?.services ?? []).map(({ scheduler }) => scheduler)])];
}

function addressesOf(table: Table | undefined, meant: readonly Meant[]): Set<Address> {
  const addresses = new Set(meant.map(({ address }) => address));
  for (const service of table?.services ?? []) {
    if (!isFwmark(service)) addresses.add(service.address);
    for (const { address } of service.destinations) addresses.add(address);
  }
  return addresses;
}

const SINGLE = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/netfilter/nf_conntrack_count',
  'net/netfilter/nf_conntrack_max',
  'net/netfilter/nf_conntrack_tcp_timeout_established',
  'net/netfilter/nf_conntrack_udp_timeout_stream',
];
const OF_DEVICES = ['arp_announce', 'arp_ignore', 'forwarding', 'rp_filter', 'send_redirects'];

async function readSettings(devices: readonly string[]): Promise<Map<string, string>> {
  const balancing: string[] = await readdir('/proc/sys/net/ipv4/vs').catch(() => []);
  const paths = [
    ...SINGLE,
    ...balancing.map((name) => join('net/ipv4/vs', name)),
    ...['all', ...devices].flatMap((device) => OF_DEVICES.map((name) => `net/ipv4/conf/${device}/${name}`)),
  ];
  // Some may not be read, by whom or in whichever namespace.
  const values = await Promise.all(paths.map((path) => readSysctl(path).catch(() => undefined)));
  return new Map(
    paths.flatMap((path, index) => {
      const value = values[index];
      return value === undefined ? [] : [[path, value] as const];
    }),
  );
}

function fullnatServices(objects: readonly FirewallObject[]): ReadonlySet<string> {
  const own = objects.filter((object) =>
    Object.values(object).some((thing) => thing?.family === 'inet' && thing.table === TABLE),
  );
  return new Set(readContent(own).services.keys());
}
