import { type Address, addressBytes, type Family, familyOf, formatAddress } from '../model/address.ts';
import type {
  FoundRoute,
  InterfaceAddress,
  Link,
  Neighbour,
  NeighbourState,
  NoRoute,
  ResolvedRoute,
  Route,
} from '../model/network.ts';
import { AF_INET, AF_INET6 } from '../netlink/address-family.ts';
import { Connection, type ConnectionOptions } from '../netlink/connection.ts';
import { NetlinkError } from '../netlink/errors.ts';
import { deleteAddress, dumpAddresses, IFA_F_NODAD, putAddress } from '../netlink/families/route/address.ts';
import { createLink, deleteLink, dumpLinks, setLinkUp } from '../netlink/families/route/link.ts';
import { NETLINK_ROUTE } from '../netlink/families/route/message.ts';
import * as neighbour from '../netlink/families/route/neighbour.ts';
import { lookupRoute } from '../netlink/families/route/resolved-route.ts';
import * as route from '../netlink/families/route/route.ts';

const STATES = new Map<number, NeighbourState>([
  [neighbour.NUD_INCOMPLETE, 'incomplete'],
  [neighbour.NUD_REACHABLE, 'reachable'],
  [neighbour.NUD_STALE, 'stale'],
  [neighbour.NUD_DELAY, 'delay'],
  [neighbour.NUD_PROBE, 'probe'],
  [neighbour.NUD_FAILED, 'failed'],
  [neighbour.NUD_NOARP, 'noarp'],
  [neighbour.NUD_PERMANENT, 'permanent'],
]);

const FOUND = new Map<number, FoundRoute['type']>([
  [route.RTN_UNICAST, 'unicast'],
  [route.RTN_LOCAL, 'local'],
  [route.RTN_BROADCAST, 'broadcast'],
  [route.RTN_ANYCAST, 'anycast'],
  [route.RTN_MULTICAST, 'multicast'],
]);
const NOT_FOUND = new Map<number, NoRoute['type']>([
  [route.RTN_UNREACHABLE, 'unreachable'],
  [route.RTN_BLACKHOLE, 'blackhole'],
  [route.RTN_PROHIBIT, 'prohibit'],
]);
/** The kernel's answer where there is no way, and what that means. */
const NO_ROUTE = new Map<string, NoRoute['type']>([
  ['ENETUNREACH', 'none'],
  ['EHOSTUNREACH', 'unreachable'],
  ['EINVAL', 'blackhole'],
  ['EACCES', 'prohibit'],
  ['EXDEV', 'reverse-path'],
]);

/** What decides about a packet's way beside its destination. */
export interface Packet {
  readonly from?: Address | undefined;
  /** Its firewall mark. */
  readonly mark?: number | undefined;
  /** Index of the device that it came in by; `from` is then another host. Without it, this host sends the packet. */
  readonly input?: number | undefined;
}

/** The network devices of the namespace that the process is in: links, addresses, routes, neighbours, by rtnetlink. */
export class Links {
  readonly #connection: Connection;

  /** Throws a NetlinkError when the kernel gives no socket. */
  constructor(options: ConnectionOptions = {}) {
    this.#connection = new Connection(NETLINK_ROUTE, options);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async links(): Promise<Link[]> {
    const links = await dumpLinks(this.#connection);
    return links.map(({ noArp, hardwareAddress, ...link }) => ({
      ...link,
      resolves: !noArp && !link.loopback,
      hardwareAddress: hardwareText(hardwareAddress),
    }));
  }

  /** The device of a name, or `undefined`. */
  async link(name: string): Promise<Link | undefined> {
    return (await this.links()).find((link) => link.name === name);
  }

  async addresses(): Promise<InterfaceAddress[]> {
    const addresses = await dumpAddresses(this.#connection);
    return addresses.map((raw) => ({
      ...raw,
      family: familyOfNumber(raw.family),
      address: formatAddress(raw.address),
    }));
  }

  async routes(): Promise<Route[]> {
    const routes = await route.dumpRoutes(this.#connection);
    return routes.map(({ family, destination, gateway, ...rest }) => ({
      ...rest,
      family: familyOfNumber(family),
      destination: destination ? formatAddress(destination) : family === AF_INET ? '0.0.0.0' : '::',
      gateway: gateway && formatAddress(gateway),
    }));
  }

  /** The way that a packet to `destination` takes. */
  async route(destination: Address, { from, mark, input }: Packet = {}): Promise<ResolvedRoute> {
    const family = familyNumber(familyOf(destination));
    const source = from === undefined ? undefined : addressBytes(from);
    try {
      const question = { family, destination: addressBytes(destination), source, mark, inputDevice: input };
      const { type, index, gateway, source: own, mtu } = await lookupRoute(this.#connection, question);
      const found = FOUND.get(type);
      if (!found) return { type: NOT_FOUND.get(type) ?? 'none' };
      return {
        type: found,
        index,
        gateway: gateway && formatAddress(gateway),
        source: own && formatAddress(own),
        mtu,
      };
    } catch (error) {
      const none = error instanceof NetlinkError && NO_ROUTE.get(error.code);
      if (!none) throw error;
      return { type: none };
    }
  }

  async neighbours(): Promise<Neighbour[]> {
    const neighbours = await neighbour.dumpNeighbours(this.#connection);
    return neighbours.map(({ index, address, hardwareAddress, state }) => ({
      index,
      address: formatAddress(address),
      hardwareAddress: hardwareText(hardwareAddress),
      state: STATES.get(state) ?? 'none',
    }));
  }

  setUp(index: number, up: boolean): Promise<void> {
    return setLinkUp(this.#connection, index, up);
  }

  create(name: string, kind: string, local?: Address): Promise<void> {
    return createLink(this.#connection, {
      name,
      kind,
      ...(local === undefined ? {} : { local: addressBytes(local) }),
    });
  }

  delete(index: number): Promise<void> {
    return deleteLink(this.#connection, index);
  }

  /** Adds a host address (/32 or /128), or changes whether it is deprecated. */
  putAddress(
    index: number,
    address: Address,
    { deprecated, detectDuplicates }: { deprecated: boolean; detectDuplicates: boolean },
  ): Promise<void> {
    const flags = familyOf(address) === 'inet6' && !detectDuplicates ? IFA_F_NODAD : 0;
    return putAddress(this.#connection, { ...hostAddress(index, address), flags, deprecated });
  }

  deleteAddress(index: number, address: Address): Promise<void> {
    return deleteAddress(this.#connection, hostAddress(index, address));
  }

  addHalfRoute(index: number, half: Address, gateway: Address): Promise<void> {
    return route.addRoute(this.#connection, halfRoute(index, half, gateway));
  }

  deleteHalfRoute(index: number, half: Address, gateway: Address): Promise<void> {
    return route.deleteRoute(this.#connection, halfRoute(index, half, gateway));
  }

  /** Has the kernel ask on a device who has an address; `neighbours` tells the answer. */
  solicit(index: number, address: Address): Promise<void> {
    return neighbour.solicitNeighbour(this.#connection, neighbourKey(index, address));
  }

  async forgetNeighbour(index: number, address: Address): Promise<void> {
    try {
      await neighbour.deleteNeighbour(this.#connection, neighbourKey(index, address));
    } catch (error) {
      if (!(error instanceof NetlinkError) || error.code !== 'ENOENT') throw error;
    }
  }
}

function familyNumber(family: Family): number {
  return family === 'inet' ? AF_INET : AF_INET6;
}

function familyOfNumber(number: number): Family {
  return number === AF_INET ? 'inet' : 'inet6';
}

function hostAddress(index: number, address: Address) {
  const bytes = addressBytes(address);
  return { index, address: bytes, family: familyNumber(familyOf(address)), prefixLength: 8 * bytes.length };
}

function halfRoute(index: number, half: Address, gateway: Address) {
  const family = familyNumber(familyOf(gateway));
  return { index, family, destination: addressBytes(half), prefixLength: 1, gateway: addressBytes(gateway) };
}

function neighbourKey(index: number, address: Address) {
  return { index, family: familyNumber(familyOf(address)), address: addressBytes(address) };
}

function hardwareText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
