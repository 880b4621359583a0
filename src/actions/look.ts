import { readContent } from '../host/fullnat-content.ts';
import type { Host } from '../host/host.ts';
import { type Address, type Family, familyOf } from '../model/address.ts';
import type { Facts, FirewallObject, Meant } from '../model/facts.ts';
import type { ResolvedRoute } from '../model/network.ts';
import { SCHEDULERS } from '../model/scheduler.ts';
import { isFwmark } from '../model/service.ts';
import type { Table } from '../model/table.ts';
import { TABLE } from '../settings/nft-table.ts';

/** Looks at this host, in its network namespace: nothing is changed, loaded or sent. */
export async function look(
  host: Host,
  table: Table | undefined,
  meant: readonly Meant[],
  unknown: readonly string[],
): Promise<Facts> {
  const network = await host.network();
  const routes = new Map<Address, ResolvedRoute>();
  for (const address of addressesOf(table, meant)) routes.set(address, await host.route(address));
  const replies = new Map<Address, ResolvedRoute[]>();
  for (const { mode, address } of meant) {
    if (mode === 'nat') replies.set(address, await repliesBy(host, routes.get(address), address));
  }
  const { nftables, iptables } = await host.rules();
  return {
    kernel: host.kernel(),
    network,
    neighbours: await host.neighbours(),
    answers: new Map(),
    routes,
    replies,
    settings: await readSettings(
      host,
      network.links.map(({ name }) => name),
    ),
    table,
    fullnat: fullnatServices(nftables ?? []),
    modules: await host.moduleStates(schedulersOf(table).map((name) => `ip_vs_${name}`)),
    nftables,
    iptables,
    managers: await host.managers(),
    meant,
    directs: new Map(),
    unknown: [
      ...unknown,
      ...(nftables ? [] : ['nftables: program nft is not installed, or may not read it']),
      ...(iptables ? [] : ['iptables: its program is not installed, or may not read it']),
    ],
  };
}

/** Addresses in the two halves of all that there are, which real servers of NAT may have a route each to. */
const FAR: Readonly<Record<Family, readonly Address[]>> = {
  inet: ['1.0.0.1', '198.51.100.1'],
  inet6: ['2001:db8::1', 'c000::1'],
};

/** Rules may look at the source of a packet, which is the address that the director knows this host by. */
async function repliesBy(
  host: Host,
  route: ResolvedRoute | undefined,
  director: Address,
): Promise<ResolvedRoute[]> {
  const from = route && 'source' in route ? route.source : undefined;
  const found: ResolvedRoute[] = [];
  for (const far of FAR[familyOf(director)]) found.push(await host.route(far, { from }));
  return found;
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

async function readSettings(host: Host, devices: readonly string[]): Promise<Map<string, string>> {
  const balancing = await host.ipvsSettings();
  const paths = [
    ...SINGLE,
    ...balancing.map((name) => `net/ipv4/vs/${name}`),
    ...['all', ...devices].flatMap((device) => OF_DEVICES.map((name) => `net/ipv4/conf/${device}/${name}`)),
  ];
  // Some may not be read, by whom or in whichever namespace.
  const values = await Promise.all(paths.map((path) => host.sysctl(path).catch(() => undefined)));
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
