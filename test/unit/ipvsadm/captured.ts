import { readFileSync } from 'node:fs';
import { NO_COUNTERS } from '../../../src/model/counters.ts';
import type { Destination, DestinationStatus } from '../../../src/model/destination.ts';
import type { Service } from '../../../src/model/service.ts';
import { defaultPersistenceMask, serviceFamily } from '../../../src/model/service.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import type { Names } from '../../../src/process/world.ts';

/** What the real ipvsadm printed; see captured/README.md. */
export function captured(name: string): string {
  return readFileSync(new URL(`captured/${name}.txt`, import.meta.url), 'utf8');
}

export function service(wanted: Service, destinations: readonly DestinationStatus[] = []): ServiceTable {
  return {
    scheduler: 'wlc',
    schedulerFlags: [],
    persistenceTimeout: 0,
    persistenceMask: defaultPersistenceMask(serviceFamily(wanted)),
    persistenceEngine: '',
    onePacket: false,
    ...wanted,
    counters: NO_COUNTERS,
    destinations,
  };
}

export function destination(wanted: Destination): DestinationStatus {
  return {
    forwarding: 'direct',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnel: { type: 'ipip', port: 0, checksum: 'none' },
    ...wanted,
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
    counters: NO_COUNTERS,
  };
}

export const INFO = { version: '1.2.1', connectionTableSize: 4096 };

/** The captured table, in the kernel's order. */
export const SERVICES: readonly ServiceTable[] = [
  service({
    protocol: 'udp',
    address: '10.0.0.3',
    port: 5060,
    persistenceTimeout: 60,
    persistenceEngine: 'sip',
  }),
  service({ protocol: 'sctp', address: '172.16.0.9', port: 9999, persistenceEngine: 'sip' }),
  service({ protocol: 'tcp', address: '10.0.0.1', port: 80, scheduler: 'rr', persistenceTimeout: 100 }, [
    destination({ address: '2001:db8::9', port: 80, forwarding: 'tunnel' }),
    destination({
      address: '10.0.0.11',
      port: 80,
      forwarding: 'tunnel',
      tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
    }),
    destination({ address: '192.168.0.2', port: 80 }),
    destination({
      address: '10.0.0.10',
      port: 80,
      forwarding: 'masquerade',
      weight: 5,
      upperThreshold: 100,
      lowerThreshold: 50,
    }),
  ]),
  service({
    protocol: 'udp',
    address: '10.0.0.1',
    port: 53,
    scheduler: 'sh',
    schedulerFlags: ['sh-fallback', 'sh-port'],
    onePacket: true,
  }),
  service(
    {
      protocol: 'tcp',
      address: '2001:db8::1',
      port: 443,
      scheduler: 'mh',
      schedulerFlags: ['mh-port'],
      persistenceTimeout: 10,
      persistenceMask: 64,
    },
    [
      destination({ address: '2001:db8::b', port: 443, forwarding: 'masquerade' }),
      destination({
        address: '2001:db8::1234:5678:9abc:def0',
        port: 443,
        forwarding: 'tunnel',
        tunnel: { type: 'gre', port: 0, checksum: 'full' },
      }),
    ],
  ),
  service({
    protocol: 'tcp',
    address: '192.168.0.1',
    port: 0,
    scheduler: 'wrr',
    schedulerFlags: ['flag-1', 'flag-3'],
    persistenceTimeout: 300,
    persistenceMask: '255.255.255.0',
  }),
  service({ fwmark: 6, family: 'inet6', persistenceTimeout: 9 }),
  service({ fwmark: 7, family: 'inet', scheduler: 'lc', persistenceMask: '255.255.0.0' }, [
    destination({
      address: '10.0.0.10',
      port: 80,
      forwarding: 'tunnel',
      tunnel: { type: 'gre', port: 0, checksum: 'none' },
    }),
  ]),
];

const PORT_NAMES: Readonly<Record<string, string>> = {
  'tcp/80': 'http',
  'tcp/443': 'https',
  'tcp/8080': 'http-alt',
  'udp/53': 'domain',
  'udp/5060': 'sip',
};

/** The machine of the capture: ports have names, hosts have none. */
export const PORTS_ONLY: Names = {
  host: () => undefined,
  port: (port, protocol) => PORT_NAMES[`${protocol}/${port}`],
};
