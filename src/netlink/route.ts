import { encodeAttributes } from './attributes.ts';
import type { Connection } from './connection.ts';
import { NetlinkError } from './errors.ts';
import type { Message } from './message.ts';
import { NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE } from './message.ts';
import {
  type AddressHeader,
  decodeAddress,
  decodeLink,
  decodeNeighbour,
  decodeResolvedRoute,
  decodeRoute,
  encodeAddressHeader,
  encodeLinkHeader,
  encodeNeighbourHeader,
  encodeRouteHeader,
  encodeRouteQuestion,
  type RawAddress,
  type RawLink,
  type RawNeighbour,
  type RawResolvedRoute,
  type RawRoute,
  type RouteQuestion,
} from './route-codec.ts';
import {
  ADDRESS,
  FOREVER,
  IFF_UP,
  NEIGHBOUR,
  NEW_LINK,
  NTF_USE,
  ROUTE,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_DELNEIGH,
  RTM_DELROUTE,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETNEIGH,
  RTM_GETROUTE,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTM_NEWNEIGH,
  RTM_NEWROUTE,
  RTN_UNICAST,
  RTPROT_STATIC,
} from './route-layout.ts';
import type { Writer } from './writer.ts';

// Requests to the kernel's rtnetlink (net/core/rtnetlink.c, net/ipv4/devinet.c, net/ipv6/addrconf.c, the fib files and
// net/core/neighbour.c), over a connection of protocol NETLINK_ROUTE. Each rejects with a NetlinkError.

const AF_UNSPEC = 0;

export function dumpLinks(connection: Connection): Promise<RawLink[]> {
  const header = (writer: Writer) => encodeLinkHeader(writer, { index: 0, flags: 0, change: 0 });
  return collect(connection, RTM_GETLINK, header, decodeLink);
}

export function dumpAddresses(connection: Connection): Promise<RawAddress[]> {
  const header = (writer: Writer) =>
    encodeAddressHeader(writer, { family: AF_UNSPEC, prefixLength: 0, index: 0 });
  return collect(connection, RTM_GETADDR, header, decodeAddress);
}

export function dumpRoutes(connection: Connection): Promise<RawRoute[]> {
  const header = (writer: Writer) =>
    encodeRouteHeader(writer, { family: AF_UNSPEC, prefixLength: 0, protocol: 0, type: 0 });
  return collect(connection, RTM_GETROUTE, header, decodeRoute);
}

/**
 * Which route the kernel takes to one destination. Rejects with the errno that a packet's sender would get: ENETUNREACH
 * without a route, EHOSTUNREACH, EACCES and EINVAL for unreachable, prohibit and blackhole routes.
 */
export async function lookupRoute(
  connection: Connection,
  question: RouteQuestion,
): Promise<RawResolvedRoute> {
  let found: RawResolvedRoute | undefined;
  await connection.request(
    RTM_GETROUTE,
    (writer) => encodeRouteQuestion(writer, question),
    (message) => {
      found = decodeResolvedRoute(message);
    },
  );
  if (!found) throw new NetlinkError('malformed', 'no route in the answer to a question for one');
  return found;
}

export function dumpNeighbours(connection: Connection): Promise<RawNeighbour[]> {
  const header = (writer: Writer) =>
    encodeNeighbourHeader(writer, { family: AF_UNSPEC, index: 0, state: 0, flags: 0 });
  return collect(connection, RTM_GETNEIGH, header, decodeNeighbour);
}

export function setLinkUp(connection: Connection, index: number, up: boolean): Promise<void> {
  return connection.request(RTM_NEWLINK, (writer) =>
    encodeLinkHeader(writer, { index, flags: up ? IFF_UP : 0, change: IFF_UP }),
  );
}

/** A virtual device to be made; `local` is the own end of an `ip6tnl` that takes packets from anywhere. */
export interface NewLink {
  readonly name: string;
  readonly kind: string;
  readonly local?: Uint8Array;
}

/** Makes a virtual device; the kernel loads the module of its kind. */
export function createLink(connection: Connection, { name, kind, local }: NewLink): Promise<void> {
  const remote = local && new Uint8Array(local.length);
  // IP6_TNL_F_IGN_ENCAP_LIMIT: a receiver has no limit to write. Protocol 0 takes IPv4 as well as IPv6.
  const ip6tnl = local && { local, remote, ttl: 64, flags: 0x1, protocol: 0 };
  return connection.request(
    RTM_NEWLINK,
    (writer) => {
      encodeLinkHeader(writer, { index: 0, flags: 0, change: 0 });
      encodeAttributes(writer, NEW_LINK, { name, info: ip6tnl ? { kind, ip6tnl } : { kind } });
    },
    undefined,
    NLM_F_CREATE | NLM_F_EXCL,
  );
}

export function deleteLink(connection: Connection, index: number): Promise<void> {
  return connection.request(RTM_DELLINK, (writer) =>
    encodeLinkHeader(writer, { index, flags: 0, change: 0 }),
  );
}

export interface NewAddress extends AddressHeader {
  readonly address: Uint8Array;
  /** IFA_F_… flags. */
  readonly flags: number;
  /** Preferred lifetime 0, for ever. */
  readonly deprecated: boolean;
}

/** Adds an address, or changes the lifetime of one that is there. */
export function putAddress(connection: Connection, wanted: NewAddress): Promise<void> {
  const { address, flags, deprecated } = wanted;
  return connection.request(
    RTM_NEWADDR,
    (writer) => {
      encodeAddressHeader(writer, wanted);
      encodeAttributes(writer, ADDRESS, {
        address,
        local: address,
        lifetimes: { preferred: deprecated ? 0 : FOREVER, valid: FOREVER },
        flags,
      });
    },
    undefined,
    NLM_F_CREATE | NLM_F_REPLACE,
  );
}

export function deleteAddress(
  connection: Connection,
  address: AddressHeader & { readonly address: Uint8Array },
): Promise<void> {
  return connection.request(RTM_DELADDR, (writer) => {
    encodeAddressHeader(writer, address);
    encodeAttributes(writer, ADDRESS, { address: address.address, local: address.address });
  });
}

export interface NewRoute {
  readonly family: number;
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  readonly gateway: Uint8Array;
  readonly index: number;
}

/** Adds a static route by way of a gateway. Rejects with `EEXIST` when there is one of the same prefix and metric. */
export function addRoute(connection: Connection, route: NewRoute): Promise<void> {
  return routeRequest(connection, RTM_NEWROUTE, route, NLM_F_CREATE | NLM_F_EXCL);
}

export function deleteRoute(connection: Connection, route: NewRoute): Promise<void> {
  return routeRequest(connection, RTM_DELROUTE, route, 0);
}

function routeRequest(connection: Connection, type: number, route: NewRoute, flags: number): Promise<void> {
  const { family, prefixLength, destination, gateway, index } = route;
  return connection.request(
    type,
    (writer) => {
      encodeRouteHeader(writer, { family, prefixLength, protocol: RTPROT_STATIC, type: RTN_UNICAST });
      encodeAttributes(writer, ROUTE, { destination, device: index, gateway });
    },
    undefined,
    flags,
  );
}

export interface NeighbourKey {
  readonly family: number;
  readonly index: number;
  readonly address: Uint8Array;
}

/** Has the kernel ask on the wire who has an address. The answer is found in the neighbour table. */
export function solicitNeighbour(connection: Connection, key: NeighbourKey): Promise<void> {
  return neighbourRequest(connection, RTM_NEWNEIGH, key, NTF_USE, NLM_F_CREATE);
}

/** Forgets a neighbour. */
export function deleteNeighbour(connection: Connection, key: NeighbourKey): Promise<void> {
  return neighbourRequest(connection, RTM_DELNEIGH, key, 0, 0);
}

function neighbourRequest(
  connection: Connection,
  type: number,
  { family, index, address }: NeighbourKey,
  neighbourFlags: number,
  flags: number,
): Promise<void> {
  return connection.request(
    type,
    (writer) => {
      encodeNeighbourHeader(writer, { family, index, state: 0, flags: neighbourFlags });
      encodeAttributes(writer, NEIGHBOUR, { address });
    },
    undefined,
    flags,
  );
}

async function collect<T>(
  connection: Connection,
  type: number,
  header: (writer: Writer) => void,
  decode: (message: Message) => T | undefined,
): Promise<T[]> {
  const found: T[] = [];
  await connection.dump(type, header, (message) => {
    const item = decode(message);
    if (item !== undefined) found.push(item);
  });
  return found;
}
