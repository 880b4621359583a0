import type { IpvsClient } from '../ipvs/client.ts';
import type { Address } from '../model/address.ts';
import type { Names } from './names.ts';
import type { Lookup } from './values.ts';

export interface Writer {
  write(text: string): void;
  /** Whether a person is likely to be reading. */
  readonly isTTY?: boolean;
}

/** What this room needs of an `IpvsClient`. */
export type Kernel = Pick<
  IpvsClient,
  | 'info'
  | 'service'
  | 'services'
  | 'destinations'
  | 'tables'
  | 'eachTable'
  | 'timeouts'
  | 'daemons'
  | 'change'
  | 'batch'
  | 'close'
>;

/** Everything that the compatible command line touches, so that many of them can run in one process. */
export interface World {
  /** The name that the program was called by, without its directory: `lvsadm`, or `ipvsadm` through a link. */
  readonly programName: string;
  /** Our own version, such as `1.2.0`. */
  version(): string;
  /** Read by `-R` only. */
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Connects to the kernel's IPVS. Rejects with an IpvsError. */
  openKernel(): Promise<Kernel>;
  /** Has module `ip_vs` loaded. False when that failed. */
  loadModule(): Promise<boolean>;
  /** Why this machine has no IPVS, and what to do: a sentence for the operator. */
  explainAbsence(): Promise<string>;
  /** The first IPv4 address of a host name, or `null`. Never rejects. */
  findHost(name: string): Promise<Address | null>;
  /** Port of a service's name or alias. */
  readonly servicePort: Lookup['servicePort'];
  /** What these addresses, and ports, are called. Never rejects. */
  findNames(addresses: ReadonlySet<Address>): Promise<Names>;
  /** Local addresses of the services that are FULLNAT here, by `formatServiceId`. Rejects with a FullnatRefusal. */
  localAddresses(): Promise<ReadonlyMap<string, string>>;
  /** The text of /proc/net/ip_vs_conn. */
  readConnections(): Promise<string>;
  /** The text of a file that the operator names. */
  readFile(path: string): Promise<string>;
}

/** The program's name if it is our own, which is where it may do more than ipvsadm does. */
export function ownName({ programName }: World): string | undefined {
  return programName.startsWith('ipvsadm') ? undefined : programName;
}
