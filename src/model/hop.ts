import type { Address } from './address.ts';
import type { Tunnel } from './destination.ts';

export type Station = 'client' | 'director' | 'real server';

/** An address and a port, as far as they are known. A header without ports (IP in IP, GRE) has no port. */
export interface HopEnd {
  readonly address: Address | undefined;
  readonly port: number | undefined;
}

/** The header that a tunnel puts around the packet. */
export interface OuterHeader {
  readonly type: Tunnel['type'];
  readonly source: HopEnd;
  readonly destination: HopEnd;
}

/** One stretch of a packet's way, as its frame looks on the network that the director, or else its sender, is on. */
export interface Hop {
  readonly from: Station;
  readonly to: Station;
  /** Hardware addresses. Where one is not known, a remark says why. */
  readonly sourceMac: string | undefined;
  readonly destinationMac: string | undefined;
  readonly source: HopEnd;
  readonly destination: HopEnd;
  readonly outer: OuterHeader | undefined;
  readonly remarks: readonly string[];
}
