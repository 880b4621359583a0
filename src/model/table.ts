import type { DaemonStatus } from './daemon.ts';
import type { DestinationStatus } from './destination.ts';
import type { ServiceStatus } from './service.ts';
import type { Timeouts } from './timeouts.ts';

/** What the kernel says of its IPVS. */
export interface Info {
  /** Version of the IPVS code, such as `1.2.1`. */
  readonly version: string;
  /** Number of hash buckets of the connection table. */
  readonly connectionTableSize: number;
}

/** A virtual service with its destinations. */
export type ServiceTable = ServiceStatus & { readonly destinations: readonly DestinationStatus[] };

/** Everything that IPVS in one network namespace is set to. */
export interface Table {
  readonly info: Info;
  readonly timeouts: Timeouts;
  readonly daemons: readonly DaemonStatus[];
  /** In the kernel's order. */
  readonly services: readonly ServiceTable[];
}
