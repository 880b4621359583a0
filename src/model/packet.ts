import type { Address } from './address.ts';
import type { Endpoint } from './endpoint.ts';
import type { Protocol } from './protocol.ts';

/** The first packet of a connection, as it comes to the director. */
export interface Packet {
  readonly protocol: Protocol;
  /** `undefined`: any client. */
  readonly client: Address | undefined;
  readonly clientPort: number | undefined;
  readonly destination: Endpoint;
  /** Its firewall mark; 0 for none. */
  readonly mark: number;
}
