import { type Address, type Family, familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import type { FoundRoute, Link, Neighbour, Route } from '../../model/network.ts';
import { isFwmark, serviceFamily } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';
import type { Placed } from './words.ts';

// The ways of packets: to real servers, and to clients.

/** The route to an address, where there is one, and it is known. */
export function wayTo({ routes }: Facts, address: Address): FoundRoute | undefined {
  const route = routes.get(address);
  return route && 'index' in route ? route : undefined;
}

/** The devices that lead to destinations. */
export function devicesTo(facts: Facts, placed: readonly Placed[]): Link[] {
  const indices = new Set(placed.map(({ destination }) => wayTo(facts, destination.address)?.index));
  return facts.network.links.filter(({ index }) => indices.has(index));
}

/** The way to hosts that no other route leads to: for most directors, the clients. */
export function defaultRoute({ network }: Facts, family: Family): Route | undefined {
  return network.routes
    .filter((route) => route.family === family && route.prefixLength === 0)
    .sort((a, b) => a.metric - b.metric)[0];
}

/** The device that clients' packets come in by: the one that has the VIP, or else the one with the default route. */
export function clientDevice(facts: Facts, service: ServiceTable): Link | undefined {
  const { links, addresses } = facts.network;
  const vip = isFwmark(service) ? undefined : service.address;
  const holders = addresses.filter(({ address }) => address === vip).map(({ index }) => index);
  const index = defaultRoute(facts, serviceFamily(service))?.index;
  return (
    links.find((link) => holders.includes(link.index) && link.resolves) ??
    links.find((link) => link.index === index)
  );
}

/** Destinations on other hosts. */
export function isRemote(facts: Facts, { destination }: Placed): boolean {
  return wayTo(facts, destination.address)?.type === 'unicast';
}

export function isOfFamily({ destination }: Placed, family: Family): boolean {
  return familyOf(destination.address) === family;
}

/** The neighbour table, to be asked for an address on the device that a route leads by. */
export function neighbourTable({
  neighbours,
}: Facts): (way: FoundRoute, address: Address) => Neighbour | undefined {
  const known = new Map(
    neighbours.map((neighbour) => [`${neighbour.index} ${neighbour.address}`, neighbour]),
  );
  return (way, address) => known.get(`${way.index} ${address}`);
}
