import type { Address, Family } from '../../model/address.ts';
import type { Forwarding, Tunnel } from '../../model/destination.ts';
import type { Protocol } from '../../model/protocol.ts';
import type { SchedulerFlag } from '../../model/scheduler.ts';
import type { Place } from '../document/place.ts';
import type { Statement } from './tree.ts';

/** A virtual server as keepalived holds it while it reads; times in milliseconds. `undefined`: nothing was said. */
export interface VirtualServer {
  readonly place: Place;
  /** How its line names it, for people. */
  readonly name: string;
  readonly at:
    | { readonly kind: 'address'; readonly address: Address; readonly port: number }
    | { readonly kind: 'fwmark'; readonly fwmark: number }
    | { readonly kind: 'group'; readonly group: string };
  family: Family | undefined;
  protocol: Protocol | undefined;
  scheduler: string | undefined;
  readonly flags: Set<SchedulerFlag>;
  onePacket: boolean;
  forwarding: Way | undefined;
  persistenceTimeout: number;
  persistenceMask: string | number | undefined;
  persistenceEngine: string;
  quorum: number;
  hysteresis: number;
  alpha: boolean;
  weight: number;
  virtualHost: string | undefined;
  fallback: RealServer | undefined;
  readonly timing: Timing;
  readonly servers: RealServer[];
}

/** How packets are forwarded. */
export interface Way {
  readonly forwarding: Forwarding;
  readonly tunnel: Tunnel;
}

export interface RealServer {
  readonly place: Place;
  readonly address: Address;
  /** As it is written; 0 where it is not. */
  readonly writtenPort: number;
  port: number;
  forwarding: Way | undefined;
  weight: number | undefined;
  upperThreshold: number;
  lowerThreshold: number;
  alpha: boolean | undefined;
  virtualHost: string | undefined;
  readonly timing: Timing;
  readonly checks: Statement[];
}

/** Terms of checks, which a checker takes from its real server, and that from its virtual server. */
export interface Timing {
  connectTimeout?: number;
  retry?: number;
  delayBeforeRetry?: number;
  delayLoop?: number;
  warmup?: number;
}
