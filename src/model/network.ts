import type { Address, Family } from './address.ts';

/** A network device, as far as preparing a machine asks. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  readonly loopback: boolean;
  /** Whether neighbours are looked up on it (ARP, neighbour discovery): Ethernet yes, tunnels no. */
  readonly resolves: boolean;
  readonly mtu: number;
  /** Hardware address as lower-case text with colons; empty for a device without one. */
  readonly hardwareAddress: string;
  /** What the kernel calls the kind of a virtual device, such as `ipip`; empty for a physical one. */
  readonly kind: string;
  /** Index of the bridge, bond or VRF that it is a part of; 0 for none. */
  readonly master: number;
}

/** An address on a device. */
export interface InterfaceAddress {
  readonly index: number;
  readonly family: Family;
  readonly address: Address;
  readonly prefixLength: number;
  /** Preferred lifetime 0: never the source of a connection that this host begins, nor of a tunnel's outer packet. */
  readonly deprecated: boolean;
  /** Duplicate address detection is not through yet. */
  readonly tentative: boolean;
  /** Duplicate address detection found that another host has the address. */
  readonly duplicate: boolean;
}

/** A unicast route of the main table with one next hop at most. */
export interface Route {
  readonly family: Family;
  readonly destination: Address;
  readonly prefixLength: number;
  readonly gateway: Address | undefined;
  readonly index: number;
  readonly metric: number;
}

/** What the kernel's routing says about one destination, all rules and tables considered. */
export type ResolvedRoute = FoundRoute | NoRoute;

export interface FoundRoute {
  /** `local`: the address is this host's own. */
  readonly type: 'unicast' | 'local' | 'broadcast' | 'anycast' | 'multicast';
  readonly index: number;
  /** The next hop; `undefined` when the destination is itself on the device's segment. */
  readonly gateway: Address | undefined;
  /** The address that this host would use as its own. */
  readonly source: Address | undefined;
  /** The route's own limit, where it has one below the device's. */
  readonly mtu: number | undefined;
}

export interface NoRoute {
  /**
   * `none`: no route matches. The next three are routes that say so; for a packet from another host `unreachable` is
   * also said by a host that does not forward, and `blackhole` of a source that cannot be. `reverse-path`: the filter
   * of that name drops it, the way back being another.
   */
  readonly type: 'none' | 'unreachable' | 'blackhole' | 'prohibit' | 'reverse-path';
}

/** A neighbour that the kernel knows or is asking for. */
export interface Neighbour {
  readonly index: number;
  readonly address: Address;
  /** Empty unless packets are sent to it: in the states `incomplete` and `failed` there is none. */
  readonly hardwareAddress: string;
  readonly state: NeighbourState;
}

/** The kernel's names, NUD_… in lower case. */
export type NeighbourState =
  | 'incomplete'
  | 'reachable'
  | 'stale'
  | 'delay'
  | 'probe'
  | 'failed'
  | 'noarp'
  | 'permanent'
  | 'none';

/** What a host's network is at a moment, as far as deciding what it lacks asks. */
export interface Network {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly Route[];
  /** Whether the kernel has IPv6, and it is not switched off. */
  readonly inet6: boolean;
}
