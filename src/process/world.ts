import type { Host } from '../host/host.ts';
import type { TakeLock } from '../host/lock.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { Address } from '../model/address.ts';
import type { Clock } from '../model/clock.ts';
import type { Protocol } from '../model/protocol.ts';

export interface Writer {
  write(text: string): void;
  /** Waits until all is with the reader. Resolves to what has kept it from that, if anything did. */
  finish?(): Promise<Error | undefined>;
  /** Whether a person is likely to be reading. */
  readonly isTTY?: boolean;
  /** The terminal's width; `undefined` where that is not known. */
  readonly columns?: number | undefined;
}

/** What addresses and ports are called. What has no name is `undefined`, and is shown as a number. */
export interface Names {
  host(address: Address): string | undefined;
  port(port: number, protocol: Protocol): string | undefined;
}

/**
 * Everything that a command line touches, so that many of them can run in one process, and tests can stand in for the
 * machine. There is one, made by `process-world.ts` for the executables.
 */
export interface World {
  /** The name that the program was called by, without its directory: `lvsadm`, or `ipvsadm` through a link. */
  readonly programName: string;
  /** Our own version, such as `1.2.0`. */
  version(): string;
  /** Standard input: what `-R` reads, and what `-` as a file's name stands for. */
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Connects to the kernel's IPVS. Rejects with an IpvsError. */
  openKernel(): Promise<Kernel>;
  /** This host, as far as preparing and examining it goes. */
  openHost(): Promise<Host>;
  /** The lock that every lvsadm on this host takes before it changes something. */
  readonly takeLock: TakeLock;
  readonly clock: Clock;
  /** From now on SIGINT and SIGTERM abort a signal, and do not end the process, until it is disposed of. */
  interrupt(): Interrupt;
  /** Has module `ip_vs` loaded. False when that failed. */
  loadModule(): Promise<boolean>;
  /** Whether this process may open raw sockets: ipvsadm's second way to IPVS, and the one that it gives the reason of. */
  mayOpenRawSockets(): Promise<boolean>;
  /** Why this machine has no IPVS, and what to do: a sentence for the operator. */
  explainAbsence(): Promise<string>;
  /** The first IPv4 address of a host name, or `null`. Never rejects. */
  findHost(name: string): Promise<Address | null>;
  /** Port of a service's name or alias. */
  servicePort(name: string, protocol: Protocol): number | undefined;
  /** What these addresses, and ports, are called. Never rejects. */
  findNames(addresses: ReadonlySet<Address>): Promise<Names>;
  /** Local addresses of the services that are FULLNAT here, by `formatServiceId`. Rejects with a FullnatRefusal. */
  localAddresses(): Promise<ReadonlyMap<string, string>>;
  /** The text of /proc/net/ip_vs_conn. */
  readConnections(): Promise<string>;
  /** The text of a file that the operator names. */
  readFile(path: string): Promise<string>;
}

/** Signals of the terminal and of service managers, turned into an abort. */
export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

/** The program's name if it is our own, which is where it may do more than ipvsadm does. */
export function ownName({ programName }: World): string | undefined {
  return programName.startsWith('ipvsadm') ? undefined : programName;
}
