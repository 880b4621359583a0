import type { Daemon, DaemonRole } from './daemon.ts';
import type { Destination, DestinationId } from './destination.ts';
import { formatEndpoint } from './endpoint.ts';
import { formatServiceId, type Service, type ServiceId } from './service.ts';
import type { Timeouts } from './timeouts.ts';

/**
 * Every edit that the kernel's IPVS knows, as a value. The two `set-…` changes replace all settings, as the kernel
 * does: a setting that is left out becomes its default, not what it was.
 */
export type Change =
  | { readonly kind: 'add-service'; readonly service: Service }
  | { readonly kind: 'set-service'; readonly service: Service }
  | { readonly kind: 'delete-service'; readonly service: ServiceId }
  | { readonly kind: 'add-destination'; readonly service: ServiceId; readonly destination: Destination }
  | { readonly kind: 'set-destination'; readonly service: ServiceId; readonly destination: Destination }
  | { readonly kind: 'delete-destination'; readonly service: ServiceId; readonly destination: DestinationId }
  /** Removes every service and destination. */
  | { readonly kind: 'flush' }
  /** Sets counters to zero: of one service and its destinations, or of everything. */
  | { readonly kind: 'zero'; readonly service?: ServiceId }
  /** A timeout of 0, or left out, keeps its value. */
  | { readonly kind: 'set-timeouts'; readonly timeouts: Partial<Timeouts> }
  | { readonly kind: 'start-daemon'; readonly daemon: Daemon }
  | { readonly kind: 'stop-daemon'; readonly role: DaemonRole; readonly syncId?: number };

/** One line that names a change to a person: `add destination 10.0.0.2:80 to tcp 10.0.0.1:80`. */
export function formatChange(change: Change): string {
  switch (change.kind) {
    case 'add-service':
      return `add service ${formatServiceId(change.service)}`;
    case 'set-service':
      return `edit service ${formatServiceId(change.service)}`;
    case 'delete-service':
      return `delete service ${formatServiceId(change.service)}`;
    case 'add-destination':
      return `add destination ${formatEndpoint(change.destination)} to ${formatServiceId(change.service)}`;
    case 'set-destination':
      return `edit destination ${formatEndpoint(change.destination)} of ${formatServiceId(change.service)}`;
    case 'delete-destination':
      return `delete destination ${formatEndpoint(change.destination)} of ${formatServiceId(change.service)}`;
    case 'flush':
      return 'delete all services';
    case 'zero':
      return change.service
        ? `zero the counters of ${formatServiceId(change.service)}`
        : 'zero the counters of all services';
    case 'set-timeouts':
      return 'set the connection timeouts';
    case 'start-daemon':
      return `start the ${change.daemon.role} sync daemon on ${change.daemon.interface}`;
    case 'stop-daemon':
      return `stop the ${change.role} sync daemon`;
  }
}
