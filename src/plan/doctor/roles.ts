import type { Address } from '../../model/address.ts';
import type { DaemonRole } from '../../model/daemon.ts';
import type { Facts, Meant } from '../../model/facts.ts';
import type { Link } from '../../model/network.ts';
import { isFwmark } from '../../model/service.ts';

// What a host is, told from what is there.

/** The addresses of the services that this host is a director of, each once. */
export function vipsOf({ table }: Facts): Address[] {
  return [
    ...new Set((table?.services ?? []).flatMap((service) => (isFwmark(service) ? [] : [service.address]))),
  ];
}

/** What the sync daemons of this host are. */
export function daemonRoles({ table }: Pick<Facts, 'table'>): DaemonRole[] {
  return (table?.daemons ?? []).map(({ role }) => role);
}

/** Whether this host takes in the connections of another director, and has none of its own to tell. */
export function isStandby(facts: Pick<Facts, 'table'>): boolean {
  const roles = daemonRoles(facts);
  return roles.includes('backup') && !roles.includes('master');
}

/** A VIP that this host holds as a real server. */
export interface HeldVip {
  readonly vip: Address;
  readonly link: Link;
  readonly meant: Meant | undefined;
  /** Known to be a VIP: by the record, by the operator's word, or by the device, which has no other use. */
  readonly certain: boolean;
}

/** The kernel's own devices that take packets from any tunnel, and ours. */
const CATCH_ALL = ['tunl0', 'sit0', 'ip6tnl0', 'gre0', 'ip6gre0', 'lvs46'];

/**
 * Host addresses on devices that have no neighbours are what real servers hold; so do routers, on `lo`, for other
 * reasons. What this host is the director of it does not hold as a real server.
 */
export function heldVips(facts: Facts): HeldVip[] {
  const { links, addresses } = facts.network;
  const served = new Set(vipsOf(facts));
  const isDirector = (facts.table?.services ?? []).length > 0;
  return addresses.flatMap(({ address: vip, family, index, prefixLength }) => {
    const link = links.find((candidate) => candidate.index === index);
    const meant = facts.meant.find(({ mode, address }) => mode !== 'nat' && address === vip);
    if (!link || link.resolves || served.has(vip) || isOrdinary(vip)) return [];
    if (prefixLength !== (family === 'inet' ? 32 : 128)) return [];
    const certain = meant !== undefined || CATCH_ALL.includes(link.name);
    // A director may have any address on lo.
    if (!certain && (isDirector || !(link.loopback || link.kind === 'dummy'))) return [];
    return [{ vip, link, meant, certain }];
  });
}

function isOrdinary(address: Address): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('fe80:');
}

/** What this host is taken for, in a few words each. */
export function describeRoles(facts: Facts): string[] {
  const services = facts.table?.services.length ?? 0;
  const vips = new Set([
    ...heldVips(facts).map(({ vip }) => vip),
    ...facts.meant.flatMap(({ mode, address }) => (mode === 'nat' ? [] : [address])),
  ]);
  return [
    ...(services > 0 ? [`a director of ${services} ${services === 1 ? 'service' : 'services'}`] : []),
    ...(vips.size > 0 ? [`a real server of ${[...vips].join(', ')}`] : []),
    ...facts.meant.flatMap(({ mode, address }) =>
      mode === 'nat' ? [`a real server behind ${address}`] : [],
    ),
  ];
}
