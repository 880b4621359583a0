import type { ConnectionRow } from '../../ipvs/connection-table.ts';
import type { Counters } from '../../model/counters.ts';
import type { DaemonStatus } from '../../model/daemon.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import { isFwmark, type ServiceStatus } from '../../model/service.ts';
import type { Info, ServiceTable } from '../../model/table.ts';
import type { Timeouts } from '../../model/timeouts.ts';
import { formatJson, type JsonValue } from './json-text.ts';
import { sortDestinations } from './order.ts';

/**
 * The listings for programs: the same shape whatever columns are asked for, every key always there. `docs/json.md`
 * tells it; a change of it is a change of the interface.
 */
export function renderTableJson(
  info: Info | undefined,
  services: readonly ServiceTable[],
  { sorted }: { readonly sorted: boolean },
): string {
  return formatJson({
    version: info?.version ?? null,
    connectionTableSize: info?.connectionTableSize ?? null,
    services: services.map((service) => serviceJson(service, sorted)),
  });
}

export function renderTimeoutsJson({ tcp, tcpFin, udp }: Timeouts): string {
  return formatJson({ timeouts: { tcp, tcpFin, udp } });
}

/** What the kernel does not report (before 4.3) is null. */
export function renderDaemonsJson(daemons: readonly DaemonStatus[]): string {
  return formatJson({
    daemons: daemons.map(({ role, interface: device, syncId, maxLength, group, port, ttl }) => ({
      role,
      interface: device,
      syncId,
      maxLength: maxLength ?? null,
      group: group ?? null,
      port: port ?? null,
      ttl: ttl ?? null,
    })),
  });
}

export function renderConnectionsJson(rows: readonly ConnectionRow[]): string {
  return formatJson({
    connections: rows.map((row) => ({
      protocol: row.protocol.toLowerCase(),
      client: { address: row.client, port: row.clientPort },
      virtual: { address: row.virtual, port: row.virtualPort },
      destination: { address: row.server, port: row.serverPort },
      state: row.state,
      secondsLeft: row.secondsLeft,
      engine: row.engine ? { name: row.engine.name, data: row.engine.data } : null,
    })),
  });
}

function serviceJson(service: ServiceTable, sorted: boolean): JsonValue {
  const { scheduler, schedulerFlags, persistenceTimeout, persistenceMask, persistenceEngine, onePacket } =
    service;
  const { counters, destinations } = service;
  return {
    ...identityJson(service),
    scheduler,
    schedulerFlags,
    persistenceTimeout,
    ...(service.persistentWithoutTimeout && { persistentWithoutTimeout: true }),
    persistenceMask,
    persistenceEngine,
    onePacket,
    counters: countersJson(counters),
    destinations: (sorted ? sortDestinations(destinations) : destinations).map(destinationJson),
  };
}

function identityJson(service: ServiceStatus): { readonly [key: string]: JsonValue } {
  if (isFwmark(service)) {
    return { fwmark: service.fwmark, family: service.family, protocol: null, address: null, port: null };
  }
  const { protocol, address, port } = service;
  return { fwmark: null, family: address.includes(':') ? 'inet6' : 'inet', protocol, address, port };
}

function destinationJson(destination: DestinationStatus): JsonValue {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const { activeConnections, inactiveConnections, persistentConnections, counters } = destination;
  return {
    address,
    port,
    forwarding,
    weight,
    upperThreshold,
    lowerThreshold,
    tunnel: { type: tunnel.type, port: tunnel.port, checksum: tunnel.checksum },
    activeConnections,
    inactiveConnections,
    persistentConnections,
    counters: countersJson(counters),
  };
}

function countersJson({ width: _, ...counts }: Counters): JsonValue {
  return { ...counts };
}
