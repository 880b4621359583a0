import fc from 'fast-check';
import { familyOf } from '../../../src/model/address.ts';
import type { Daemon } from '../../../src/model/daemon.ts';
import type { Forwarding, Tunnel } from '../../../src/model/destination.ts';
import { schedulerFlagNames } from '../../../src/model/scheduler.ts';
import { isFwmark, type ServiceId, serviceFamily } from '../../../src/model/service.ts';
import {
  defaultServiceSettings,
  destinationKey,
  serviceKey,
  type Wanted,
  type WantedDestination,
  type WantedService,
  wantedOf,
} from '../../../src/plan/table/wanted.ts';

/** The same documents every time. */
export const SEED = 20_260_801;

/** Few of each, so that two documents by chance have much in common. */
const SERVICES: readonly ServiceId[] = [
  { protocol: 'tcp', address: '10.0.0.1', port: 80 },
  { protocol: 'tcp', address: '10.0.0.1', port: 443 },
  { protocol: 'tcp', address: '10.0.0.1', port: 0 },
  { protocol: 'udp', address: '10.0.0.1', port: 53 },
  { protocol: 'sctp', address: '10.0.0.2', port: 5060 },
  { protocol: 'tcp', address: '2001:db8::1', port: 80 },
  { protocol: 'udp', address: '2001:db8::1', port: 53 },
  { fwmark: 1, family: 'inet' },
  { fwmark: 1, family: 'inet6' },
  { fwmark: 4294967295, family: 'inet' },
];
const SERVERS = ['10.1.0.11', '10.1.0.12', '10.1.0.13', '10.1.0.14', '2001:db8:1::11', '2001:db8:1::12'];
const WEIGHTS = [0, 1, 1, 2, 100, 2 ** 31 - 1];
const TUNNELS: readonly Tunnel[] = [
  { type: 'ipip', port: 0, checksum: 'none' },
  { type: 'gre', port: 0, checksum: 'none' },
  { type: 'gre', port: 0, checksum: 'full' },
  { type: 'gue', port: 6080, checksum: 'none' },
  { type: 'gue', port: 6080, checksum: 'remote' },
];

/** Anything that the kernel can be set to, with sync daemons on the interface `lo`. */
export const wantedDocument: fc.Arbitrary<Wanted> = fc
  .record({
    timeouts: fc.record({
      tcp: fc.constantFrom(900, 60, 2_000_000),
      tcpFin: fc.constantFrom(120, 1),
      udp: fc.constantFrom(300, 30),
    }),
    daemons: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.tuple(daemon('master')) },
      {
        weight: 1,
        arbitrary: fc.tuple(daemon('master'), daemon('backup')),
      },
    ),
    ids: fc.uniqueArray(fc.constantFrom(...SERVICES), { selector: serviceKey, maxLength: 5 }),
  })
  .chain(({ timeouts, daemons, ids }) =>
    fc
      .tuple(...ids.map((id) => service(id, daemons.length === 0)))
      .map((services) => wantedOf({ timeouts, daemons, services } as never)),
  );

function daemon(role: Daemon['role']): fc.Arbitrary<Daemon> {
  return fc.record({
    role: fc.constant(role),
    interface: fc.constant('lo'),
    syncId: fc.constantFrom(0, 7, 255),
    maxLength: fc.constantFrom(1024, 1472),
    group: fc.constantFrom('224.0.0.81', '224.1.2.3'),
    port: fc.constantFrom(8848, 8849),
    ttl: fc.constantFrom(1, 3),
  });
}

function service(id: ServiceId, foreign: boolean): fc.Arbitrary<WantedService> {
  const family = serviceFamily(id);
  const port = isFwmark(id) ? undefined : id.port;
  const settings = fc
    .record({
      scheduler: fc.constantFrom('wlc', 'rr', 'wrr', 'sh', 'mh', 'lblc', 'sed', 'nq', 'dh'),
      flags: fc.subarray([0, 1, 2]),
      persistenceTimeout: port === 0 ? fc.constantFrom(1, 360) : fc.constantFrom(0, 0, 1, 360, 2_678_400),
      flagOnly: fc.constantFrom(false, false, true),
      persistenceMask:
        family === 'inet' ? fc.constantFrom('255.255.255.255', '255.255.255.0') : fc.constantFrom(128, 64),
      persistenceEngine: fc.constantFrom('', '', '', 'sip'),
      onePacket: isFwmark(id) || id.protocol === 'udp' ? fc.boolean() : fc.constant(false),
    })
    .map(({ flags, scheduler, flagOnly, ...rest }) => ({
      ...defaultServiceSettings(id),
      ...rest,
      ...(flagOnly && rest.persistenceTimeout === 0 && { persistentWithoutTimeout: true }),
      scheduler,
      schedulerFlags: schedulerFlagNames(scheduler).filter((_, index) => flags.includes(index)),
    }));
  const addresses = SERVERS.filter((address) => foreign || familyOf(address) === family);
  const destinations = fc.uniqueArray(
    fc
      .constantFrom(...addresses)
      .chain((address) => destination(address, port, familyOf(address) !== family)),
    { selector: destinationKey, maxLength: 5 },
  );
  return fc
    .record({ settings, destinations })
    .map((parts) => ({ ...id, ...parts.settings, destinations: parts.destinations }));
}

function destination(
  address: string,
  servicePort: number | undefined,
  foreign: boolean,
): fc.Arbitrary<WantedDestination> {
  return fc
    .record({
      forwarding: foreign
        ? fc.constant<Forwarding>('tunnel')
        : fc.constantFrom<Forwarding>('direct', 'masquerade', 'tunnel', 'local', 'bypass'),
      // Only masquerading can have another port than the service.
      other: fc.constantFrom(8080, 8081),
      same: fc.boolean(),
      weight: fc.constantFrom(...WEIGHTS),
      thresholds: fc.constantFrom([0, 0], [0, 100], [50, 100], [2147483647, 2147483647]),
      tunnel: fc.constantFrom(...TUNNELS),
    })
    .map(({ forwarding, other, same, weight, thresholds, tunnel }) => ({
      address,
      port: servicePort === undefined || (forwarding === 'masquerade' && !same) ? other : servicePort,
      forwarding,
      weight,
      upperThreshold: thresholds[1]!,
      lowerThreshold: thresholds[0]!,
      tunnel,
    }));
}

/**
 * How many changes it takes at least, counted independently of how the product finds them: each is for one thing (a
 * service, a destination, the timeouts, a daemon), a service takes its destinations with it, and a daemon that is to
 * be another must be stopped and started.
 */
export function fewestChanges(from: Wanted, to: Wanted): number {
  const things = (wanted: Wanted) => {
    const found = new Map<string, { value: string; within?: string }>();
    found.set('timeouts', { value: JSON.stringify(wanted.timeouts) });
    for (const item of wanted.daemons) found.set(`daemon ${item.role}`, { value: JSON.stringify(item) });
    for (const { destinations, ...settings } of wanted.services) {
      const key = serviceKey(settings);
      found.set(key, { value: JSON.stringify(settings) });
      for (const item of destinations)
        found.set(`${key} ${destinationKey(item)}`, { value: JSON.stringify(item), within: key });
    }
    return found;
  };
  const [before, after] = [things(from), things(to)];
  let count = 0;
  for (const [name, { value, within }] of before) {
    const then = after.get(name);
    if (then === undefined) count += within === undefined || after.has(within) ? 1 : 0;
    else if (then.value !== value) count += name.startsWith('daemon ') ? 2 : 1;
  }
  for (const name of after.keys()) if (!before.has(name)) count++;
  return count;
}
