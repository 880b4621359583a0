import type { Change } from '../../model/change.ts';
import type { DestinationId } from '../../model/destination.ts';
import type { ServiceId } from '../../model/service.ts';

/** A destination, and the service that it belongs to. */
export interface NamedDestination {
  readonly service: ServiceId;
  readonly destination: DestinationId;
}

/** The connections of a destination. */
export interface Load {
  readonly active: number;
  readonly inactive: number;
  /** Clients that persistence would send there. */
  readonly persistent: number;
}

/** A destination that was to go and stays, at weight 0, because it has connections. */
export interface BusyDestination extends NamedDestination, Load {}

/** A change that the kernel refused. */
export interface RefusedChange {
  readonly change: Change;
  /** Name of the kernel's errno, such as `EEXIST`; empty where there is none. */
  readonly code: string;
  /** One sentence: what was tried, why it failed, what to do. */
  readonly reason: string;
}

/** What came of changing the table. */
export interface ChangeReport {
  readonly done: readonly Change[];
  readonly refused: readonly RefusedChange[];
  readonly busy: readonly BusyDestination[];
  /** Changes that were not tried. */
  readonly notTried: readonly Change[];
  readonly interrupted: boolean;
}
