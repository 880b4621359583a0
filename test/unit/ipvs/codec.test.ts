import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDaemon, encodeDaemon } from '../../../src/ipvs/daemon-codec.ts';
import { decodeDestination, encodeDestination } from '../../../src/ipvs/destination-codec.ts';
import { COMMAND, type CommandValues } from '../../../src/ipvs/layout.ts';
import { decodeService, encodeService } from '../../../src/ipvs/service-codec.ts';
import { checkChange } from '../../../src/ipvs/validate.ts';
import { formatAddress } from '../../../src/model/address.ts';
import type { Daemon } from '../../../src/model/daemon.ts';
import type { Destination } from '../../../src/model/destination.ts';
import { schedulerFlagNames } from '../../../src/model/scheduler.ts';
import type { Service } from '../../../src/model/service.ts';
import { decodeAttributes, encodeAttributes } from '../../../src/netlink/attributes.ts';
import { Writer } from '../../../src/netlink/writer.ts';

fc.configureGlobal({ seed: 20_240_229 });

/** Over the wire and back. */
function travel(values: CommandValues): CommandValues {
  const writer = new Writer();
  encodeAttributes(writer, COMMAND, values);
  const bytes = Buffer.from(writer.view());
  return decodeAttributes(COMMAND, bytes, 0, bytes.length);
}

const inet = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => formatAddress(bytes));
const inet6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatAddress(bytes));
const port = fc.integer({ min: 0, max: 65_535 });
const word = fc.integer({ min: 0, max: 0xffffffff });
const protocol = fc.constantFrom('tcp', 'udp', 'sctp', 'protocol-51') as fc.Arbitrary<'tcp'>;
const scheduler = fc.constantFrom('rr', 'wlc', 'sh', 'mh', 'a-scheduler-xyz');

const settings = scheduler.chain((name) =>
  fc.record({
    scheduler: fc.constant(name),
    schedulerFlags: fc.subarray([...schedulerFlagNames(name)]),
    persistenceTimeout: fc.integer({ min: 0, max: 2_678_400 }),
    persistenceEngine: fc.constantFrom('', 'sip'),
    onePacket: fc.boolean(),
  }),
);
const service: fc.Arbitrary<Service> = fc
  .oneof(
    fc.record({ protocol, address: inet, port, persistenceMask: inet }),
    fc.record({ protocol, address: inet6, port, persistenceMask: fc.integer({ min: 1, max: 128 }) }),
    fc.record({
      fwmark: fc.integer({ min: 1, max: 0xffffffff }),
      family: fc.constant('inet' as const),
      persistenceMask: inet,
    }),
    fc.record({
      fwmark: fc.integer({ min: 1, max: 0xffffffff }),
      family: fc.constant('inet6' as const),
      persistenceMask: fc.integer({ min: 1, max: 128 }),
    }),
  )
  .chain((id) => settings.map((rest) => ({ ...id, ...rest })));
const destination: fc.Arbitrary<Destination> = fc.record({
  address: fc.oneof(inet, inet6),
  port,
  forwarding: fc.constantFrom('masquerade', 'direct', 'tunnel', 'local', 'bypass'),
  weight: fc.integer({ min: 0, max: 0x7fffffff }),
  upperThreshold: word,
  lowerThreshold: word,
  tunnel: fc.record({
    type: fc.constantFrom('ipip', 'gue', 'gre'),
    port,
    checksum: fc.constantFrom('none', 'full', 'remote'),
  }),
});
const daemon: fc.Arbitrary<Daemon> = fc.record(
  {
    role: fc.constantFrom('master', 'backup'),
    interface: fc.constantFrom('eth0', 'bond0.100'),
    syncId: fc.integer({ min: 0, max: 255 }),
    maxLength: fc.integer({ min: 1, max: 65_535 }),
    group: fc.oneof(inet, inet6),
    port: fc.integer({ min: 1, max: 65_535 }),
    ttl: fc.integer({ min: 1, max: 255 }),
  },
  { requiredKeys: ['role', 'interface', 'syncId'] },
);

describe('what is sent and listed again is the same', () => {
  it('service', () => {
    fc.assert(
      fc.property(service, (given) => {
        checkChange({ kind: 'add-service', service: given });
        const { counters, ...listed } = decodeService(travel({ service: encodeService(given) }).service!);
        expect(listed).toEqual(given);
        expect(counters.connections).toBe(0n);
      }),
      { numRuns: 1000 },
    );
  });

  it('destination', () => {
    fc.assert(
      fc.property(destination, (given) => {
        const listed = decodeDestination(
          travel({ destination: encodeDestination(given) }).destination!,
          'inet',
        );
        expect(listed).toMatchObject(given);
      }),
      { numRuns: 1000 },
    );
  });

  it('daemon', () => {
    fc.assert(
      fc.property(daemon, (given) => {
        expect(decodeDaemon(travel({ daemon: encodeDaemon(given) }).daemon!)).toEqual(given);
      }),
    );
  });
});

// moby/ipvs and others set the flag apart from the timeout; ipvsadm lists such a service as `persistent 0`.
it('persistence without a timeout is told from none', () => {
  const id = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;
  const decoded = (flags: number) =>
    decodeService(travel({ service: { ...encodeService(id), flags } }).service!);
  expect(decoded(1)).toMatchObject({ persistenceTimeout: 0, persistentWithoutTimeout: true });
  expect(decoded(0)).not.toHaveProperty('persistentWithoutTimeout');
  expect(encodeService(decoded(1)).flags).toBe(1);
  expect(encodeService(decoded(0)).flags).toBe(0);
});

describe('defaults', () => {
  it('of a service are those of ipvsadm', () => {
    const { service: values } = travel({
      service: encodeService({ protocol: 'tcp', address: '10.0.0.1', port: 80 }),
    });
    expect(decodeService(values!)).toMatchObject({
      scheduler: 'wlc',
      schedulerFlags: [],
      persistenceTimeout: 0,
      persistenceMask: '255.255.255.255',
      persistenceEngine: '',
      onePacket: false,
    });
  });

  it('of a destination are those of ipvsadm', () => {
    const values = travel({ destination: encodeDestination({ address: '10.0.0.2', port: 80 }) }).destination;
    expect(decodeDestination(values!, 'inet')).toMatchObject({
      forwarding: 'direct',
      weight: 1,
      upperThreshold: 0,
      lowerThreshold: 0,
      tunnel: { type: 'ipip', port: 0, checksum: 'none' },
    });
  });
});

describe('what cannot be expressed', () => {
  const id = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;
  const refused: [string, unknown][] = [
    ["protocol 'icmp' is none of", { kind: 'add-service', service: { ...id, protocol: 'icmp' } }],
    [
      "address must be an IP address, not '10.0.0'",
      { kind: 'delete-service', service: { ...id, address: '10.0.0' } },
    ],
    [
      'port must be a whole number from 0 to 65535, not 1.5',
      { kind: 'add-service', service: { ...id, port: 1.5 } },
    ],
    ['fwmark must be a whole number from 1', { kind: 'add-service', service: { fwmark: 0, family: 'inet' } }],
    ['family must be one of inet, inet6', { kind: 'add-service', service: { fwmark: 1, family: 'ipv4' } }],
    [
      'scheduler must be text of at most 15 bytes',
      { kind: 'add-service', service: { ...id, scheduler: 'x'.repeat(16) } },
    ],
    ['schedulerFlags must be one of', { kind: 'add-service', service: { ...id, schedulerFlags: ['port'] } }],
    [
      'persistenceMask must be an IPv4 address',
      { kind: 'add-service', service: { ...id, persistenceMask: 24 } },
    ],
    [
      'weight must be a whole number',
      { kind: 'add-destination', service: id, destination: { ...id, weight: 2 ** 31 } },
    ],
    [
      'forwarding must be one of',
      { kind: 'add-destination', service: id, destination: { ...id, forwarding: 'dr' } },
    ],
    [
      'tunnel.type must be one of',
      { kind: 'add-destination', service: id, destination: { ...id, tunnel: { type: 'vxlan' } } },
    ],
    ['role must be one of', { kind: 'stop-daemon', role: 'slave' }],
    [
      'syncId must be a whole number from 0 to 255',
      { kind: 'start-daemon', daemon: { role: 'master', interface: 'eth0', syncId: 256 } },
    ],
    [
      'interface must be text of at most 15 bytes',
      { kind: 'start-daemon', daemon: { role: 'master', interface: 'x'.repeat(16) } },
    ],
    ["there is no change of kind 'add'", { kind: 'add' }],
  ];

  it.each(refused)('%s', (text, change) => {
    expect(() => checkChange(change as Parameters<typeof checkChange>[0])).toThrow(text);
  });
});
