import type { Counters } from './counters.ts';
import type { Endpoint } from './endpoint.ts';

export const FORWARDINGS = ['direct', 'masquerade', 'tunnel', 'local', 'bypass'] as const;

/**
 * How the director hands a packet to the real server.
 * - `masquerade` (NAT): addresses are rewritten; the only method that can change the port.
 * - `direct` (DR): only the MAC address changes; the kernel's default.
 * - `tunnel` (TUN): the packet is wrapped.
 * - `local`: the real server is the director itself. The kernel reports what was configured, not this.
 * - `bypass`: straight to the packet's own destination (transparent caches).
 */
export type Forwarding = (typeof FORWARDINGS)[number];

export const TUNNEL_TYPES = ['ipip', 'gre', 'gue'] as const;
export const TUNNEL_CHECKSUMS = ['none', 'full', 'remote'] as const;

/** The largest weight: a signed 32-bit number of the kernel's (include/net/ip_vs.h, `struct ip_vs_dest`). */
export const MAX_WEIGHT = 2 ** 31 - 1;
/** The largest threshold that the kernel's interface has a place for. */
export const MAX_THRESHOLD = 2 ** 32 - 1;

/** What a packet for a `tunnel` destination is wrapped in. */
export interface Tunnel {
  readonly type: (typeof TUNNEL_TYPES)[number];
  /** UDP port that the real server receives GUE on; 0 for the other types. */
  readonly port: number;
  /** Outer checksum: none, a full one (GRE, GUE), or GUE's remote checksum offload. */
  readonly checksum: (typeof TUNNEL_CHECKSUMS)[number];
}

/** The tunnel of a destination that names none. */
export const DEFAULT_TUNNEL: Tunnel = { type: 'ipip', port: 0, checksum: 'none' };

/** A destination (real server) of a virtual service is known by its address and port. */
export type DestinationId = Endpoint;

/** Everything about a destination that can be edited. */
export interface DestinationSettings {
  readonly forwarding: Forwarding;
  /** Share of new connections, 0 … 2³¹−1; 0 takes no new connections (persistent clients still come). */
  readonly weight: number;
  /** Connections above which the destination gets no new ones; 0 for no limit. */
  readonly upperThreshold: number;
  /** Connections below which an overloaded destination is used again; 0 for ¾ of the upper threshold. */
  readonly lowerThreshold: number;
  readonly tunnel: Tunnel;
}

/** A destination as one wants it: its identity, and the settings that differ from the defaults. */
export type Destination = DestinationId & Partial<DestinationSettings>;

/** A destination as the kernel reports it. */
export interface DestinationStatus extends DestinationId, DestinationSettings {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly counters: Counters;
}
