import type { Address } from './address.ts';

/** An entry of the kernel's connection table, as far as telling a persistence template goes. */
export interface ConnectionEntry {
  /** `TCP`, `UDP`, `SCTP`, or `IP` for the template of a firewall mark. */
  readonly protocol: string;
  readonly client: Address;
  readonly clientPort: number;
  /** The virtual service; of a mark's template the mark, written as an address. */
  readonly virtual: Address;
  readonly virtualPort: number;
  readonly server: Address;
  readonly serverPort: number;
  readonly secondsLeft: number;
}
