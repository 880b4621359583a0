import { NO_COUNTERS } from '../../model/counters.ts';
import type { Table } from '../../model/table.ts';
import type { Wanted } from './wanted.ts';

/** What the kernel has where nothing else is known. */
const FRESH: Table = {
  info: { version: '', connectionTableSize: 4096 },
  timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
  daemons: [],
  services: [],
};

/** The table as it would be with the wanted services and no others, before there is a connection. */
export function supposeTable({ timeouts, daemons, services }: Wanted, present: Table = FRESH): Table {
  return {
    info: present.info,
    timeouts: { ...present.timeouts, ...timeouts },
    daemons: daemons.length === 0 ? present.daemons : daemons.map((daemon) => ({ syncId: 0, ...daemon })),
    services: services.map((service) => ({
      ...service,
      counters: NO_COUNTERS,
      destinations: service.destinations.map((destination) => ({
        ...destination,
        activeConnections: 0,
        inactiveConnections: 0,
        persistentConnections: 0,
        counters: NO_COUNTERS,
      })),
    })),
  };
}
