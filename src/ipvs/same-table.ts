import type { DaemonStatus } from '../model/daemon.ts';
import type { DestinationStatus } from '../model/destination.ts';
import { formatServiceId, type ServiceStatus } from '../model/service.ts';
import type { Table } from '../model/table.ts';

// Whether two readings found the same, apart from what the kernel counts.

export function sameService(a: ServiceStatus, b: ServiceStatus): boolean {
  return (
    a.scheduler === b.scheduler &&
    a.persistenceTimeout === b.persistenceTimeout &&
    a.persistentWithoutTimeout === b.persistentWithoutTimeout &&
    a.persistenceMask === b.persistenceMask &&
    a.persistenceEngine === b.persistenceEngine &&
    a.onePacket === b.onePacket &&
    a.schedulerFlags.length === b.schedulerFlags.length &&
    a.schedulerFlags.every((flag, index) => flag === b.schedulerFlags[index]) &&
    formatServiceId(a) === formatServiceId(b)
  );
}

export function sameDestination(a: DestinationStatus, b: DestinationStatus): boolean {
  return (
    a.address === b.address &&
    a.port === b.port &&
    a.forwarding === b.forwarding &&
    a.weight === b.weight &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold &&
    a.tunnel.type === b.tunnel.type &&
    a.tunnel.port === b.tunnel.port &&
    a.tunnel.checksum === b.tunnel.checksum
  );
}

/** Everything but the services. */
export function sameSettings(a: Omit<Table, 'services'>, b: Omit<Table, 'services'>): boolean {
  return (
    a.timeouts.tcp === b.timeouts.tcp &&
    a.timeouts.tcpFin === b.timeouts.tcpFin &&
    a.timeouts.udp === b.timeouts.udp &&
    a.daemons.length === b.daemons.length &&
    a.daemons.every((daemon, index) => sameDaemon(daemon, b.daemons[index]!))
  );
}

function sameDaemon(a: DaemonStatus, b: DaemonStatus): boolean {
  return (
    a.role === b.role &&
    a.interface === b.interface &&
    a.syncId === b.syncId &&
    a.maxLength === b.maxLength &&
    a.group === b.group &&
    a.port === b.port &&
    a.ttl === b.ttl
  );
}
