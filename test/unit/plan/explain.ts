import { NO_COUNTERS } from '../../../src/model/counters.ts';
import type { DestinationStatus } from '../../../src/model/destination.ts';
import { DEFAULT_TUNNEL } from '../../../src/model/destination.ts';
import type { Packet } from '../../../src/model/packet.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import { defaultServiceSettings } from '../../../src/plan/table/wanted.ts';

/** A destination as the kernel reports it: direct routing, weight 1 and nobody there unless told otherwise. */
export function destination(address: string, rest: Partial<DestinationStatus> = {}): DestinationStatus {
  return {
    address,
    port: 80,
    forwarding: 'direct',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: DEFAULT_TUNNEL,
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
    counters: NO_COUNTERS,
    ...rest,
  };
}

export function service(
  id: ServiceId,
  destinations: readonly DestinationStatus[] = [],
  rest: Partial<ServiceTable> = {},
): ServiceTable {
  return {
    ...id,
    ...defaultServiceSettings(id),
    counters: NO_COUNTERS,
    destinations,
    ...rest,
  } as ServiceTable;
}

/** A TCP packet to `10.0.0.100:80`. */
export function packet(rest: Partial<Packet> = {}): Packet {
  return {
    protocol: 'tcp',
    client: '10.1.0.2',
    clientPort: 40000,
    destination: { address: '10.0.0.100', port: 80 },
    mark: 0,
    ...rest,
  };
}
