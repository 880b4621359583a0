import { NO_COUNTERS } from '../../../../src/model/counters.ts';
import type { Destination, DestinationStatus } from '../../../../src/model/destination.ts';
import type { Facts } from '../../../../src/model/facts.ts';
import type { FoundRoute, ResolvedRoute } from '../../../../src/model/network.ts';
import type { Service } from '../../../../src/model/service.ts';
import type { ServiceTable, Table } from '../../../../src/model/table.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { DEFAULT_DESTINATION, defaultServiceSettings } from '../../../../src/plan/table/wanted.ts';
import { server } from '../network.ts';

/** A service as the kernel reports it, with destinations. */
export function service(
  settings: Service,
  ...destinations: (Destination & Partial<DestinationStatus>)[]
): ServiceTable {
  return {
    ...defaultServiceSettings(settings),
    ...settings,
    counters: NO_COUNTERS,
    destinations: destinations.map((destination) => ({
      ...DEFAULT_DESTINATION,
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: NO_COUNTERS,
      ...destination,
    })),
  };
}

export function table(services: readonly ServiceTable[], rest: Partial<Table> = {}): Table {
  return {
    info: { version: '1.2.1', connectionTableSize: 4096 },
    timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
    daemons: [],
    services,
    ...rest,
  };
}

/** On the segment of device 2, unless told otherwise. */
export function way(rest: Partial<FoundRoute> = {}): ResolvedRoute {
  return { type: 'unicast', index: 2, gateway: undefined, source: '10.0.0.11', mtu: undefined, ...rest };
}

export const LOCAL = way({ type: 'local', index: 1, source: undefined });

/** A host at 10.0.0.11/24 with one device, about which nothing else is known. */
export function facts(rest: Partial<Omit<Facts, 'settings'>> & { settings?: Record<string, string> }): Facts {
  return {
    kernel: '6.1.0-18-amd64',
    network: server(),
    neighbours: [],
    answers: new Map(),
    routes: new Map(),
    replies: new Map(),
    table: undefined,
    fullnat: new Set(),
    modules: new Map(),
    nftables: undefined,
    iptables: undefined,
    managers: [],
    meant: [],
    directs: new Map(),
    unknown: [],
    ...rest,
    settings: new Map(Object.entries(rest.settings ?? {})),
  };
}

/** `severity rule: subject` of everything that is found; or that one rule finds. */
export function found(seen: Facts, name?: string): string[] {
  return examine(seen)
    .filter(({ rule }) => name === undefined || rule === name)
    .map(({ rule, severity, subject }) => `${severity} ${rule}: ${subject}`);
}
