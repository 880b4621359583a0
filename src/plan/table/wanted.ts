import type { Daemon } from '../../model/daemon.ts';
import { DEFAULT_TUNNEL, type DestinationId, type DestinationSettings } from '../../model/destination.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import { DEFAULT_SCHEDULER } from '../../model/scheduler.ts';
import {
  defaultPersistenceMask,
  isFwmark,
  type ServiceId,
  type ServiceSettings,
  serviceFamily,
  serviceKey,
} from '../../model/service.ts';
import type { Table } from '../../model/table.ts';
import type { Timeouts } from '../../model/timeouts.ts';

/** A destination with nothing left open. */
export type WantedDestination = DestinationId & DestinationSettings;

/** A virtual service with nothing left open, and all of its destinations. */
export type WantedService = ServiceId &
  ServiceSettings & { readonly destinations: readonly WantedDestination[] };

/** What the table is to be. What is not mentioned here is not ours. */
export interface Wanted {
  /** Those that are named. */
  readonly timeouts: Partial<Timeouts>;
  /** At most one of each role. A field that is left out may have any value. */
  readonly daemons: readonly Daemon[];
  readonly services: readonly WantedService[];
}

/** Identifies a destination within its service. */
export const destinationKey: (id: DestinationId) => string = formatEndpoint;

/** A service's identity without its settings. */
export function serviceIdOf(id: ServiceId): ServiceId {
  if (isFwmark(id)) return { fwmark: id.fwmark, family: id.family };
  const { protocol, address, port } = id;
  return { protocol, address, port };
}

/** The settings of a service about which nothing is said: ipvsadm's. */
export function defaultServiceSettings(id: ServiceId): ServiceSettings {
  return {
    scheduler: DEFAULT_SCHEDULER,
    schedulerFlags: [],
    persistenceTimeout: 0,
    persistenceMask: defaultPersistenceMask(serviceFamily(id)),
    persistenceEngine: '',
    onePacket: false,
  };
}

/** The settings of a destination about which nothing is said: ipvsadm's. */
export const DEFAULT_DESTINATION: DestinationSettings = {
  forwarding: 'direct',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: DEFAULT_TUNNEL,
};

/** A table as something to want: without what the kernel counts, in an order that does not depend on history. */
export function wantedOf({
  timeouts,
  daemons,
  services,
}: Pick<Table, 'timeouts' | 'daemons' | 'services'>): Wanted {
  return {
    timeouts,
    daemons: daemons.toSorted((a, b) => b.role.localeCompare(a.role)),
    services: sortByKey(
      services.map((service) => ({
        ...serviceIdOf(service),
        ...serviceSettingsOf(service),
        destinations: sortByKey(service.destinations.map(destinationOf), destinationKey),
      })),
      serviceKey,
    ),
  };
}

/** The settings of a service, without its identity. */
export function serviceSettingsOf(service: ServiceSettings): ServiceSettings {
  const { scheduler, schedulerFlags, persistenceTimeout, persistenceMask, persistenceEngine, onePacket } =
    service;
  return {
    scheduler,
    schedulerFlags,
    persistenceTimeout,
    ...(service.persistentWithoutTimeout && { persistentWithoutTimeout: true }),
    persistenceMask,
    persistenceEngine,
    onePacket,
  };
}

/** A destination without what the kernel counts. */
export function destinationOf(destination: WantedDestination): WantedDestination {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold } = destination;
  const { type, port: tunnelPort, checksum } = destination.tunnel;
  const tunnel = { type, port: tunnelPort, checksum };
  return { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel };
}

/** By numbers where there are numbers, so that 10.0.0.9 comes before 10.0.0.11. */
function sortByKey<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  return keyed
    .sort((a, b) => ORDER.compare(a.key, b.key) || (a.key < b.key ? -1 : 1))
    .map(({ item }) => item);
}

const ORDER = new Intl.Collator('en', { numeric: true });

export { serviceKey };
