import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NUMERIC } from '../../../src/ipvsadm/listing/names.ts';
import { sortDestinations, sortServices } from '../../../src/ipvsadm/listing/order.ts';
import { type Address, familyOf, formatAddress } from '../../../src/model/address.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Destination, Tunnel } from '../../../src/model/destination.ts';
import { SCHEDULERS, schedulerFlagNames } from '../../../src/model/scheduler.ts';
import { isFwmark, type Service, type ServiceId, serviceFamily } from '../../../src/model/service.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import type { Names } from '../../../src/process/world.ts';
import { type ParseWorld, parse } from '../../../src/syntax/ipvsadm/parse.ts';
import { destination, service } from './captured.ts';
import { renderSave } from './table-text.ts';

/** What is saved reads back as what was saved, for all that ipvsadm's lines have a place for. */

const inet = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => formatAddress(bytes));
const inet6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatAddress(bytes));
const sparseInet6 = fc
  .array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 })
  .map((bytes) => formatAddress(Uint8Array.from(bytes)));
const address = fc.oneof(inet, inet6, sparseInet6);
const port = fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(53, 80));
const amount = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const id: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({ protocol: fc.constantFrom('tcp', 'udp', 'sctp'), address, port }),
  fc.record({ fwmark: fc.integer({ min: 1, max: 2 ** 32 - 1 }), family: fc.constantFrom('inet', 'inet6') }),
);

const tunnel: fc.Arbitrary<Tunnel> = fc.oneof(
  fc.constant<Tunnel>({ type: 'ipip', port: 0, checksum: 'none' }),
  fc.record({ type: fc.constant('gue'), port, checksum: fc.constantFrom('none', 'full', 'remote') }),
  fc.record({ type: fc.constant('gre'), port: fc.constant(0), checksum: fc.constantFrom('none', 'full') }),
);

function settings(of: ServiceId): fc.Arbitrary<Service> {
  const isInet = serviceFamily(of) === 'inet';
  const fullMask = isInet ? '255.255.255.255' : 128;
  const timeout = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2_678_400 }));
  const mask = isInet ? inet : fc.integer({ min: 1, max: 128 });
  const flags = fc.subarray([0, 1, 2] as const);
  return fc
    .tuple(fc.constantFrom(...SCHEDULERS), flags, timeout, mask, fc.constantFrom('', 'sip'), fc.boolean())
    .map(([scheduler, on, persistenceTimeout, persistenceMask, persistenceEngine, onePacket]) => ({
      ...of,
      scheduler,
      schedulerFlags: on.map((position) => schedulerFlagNames(scheduler)[position]),
      persistenceTimeout,
      persistenceMask: persistenceTimeout > 0 ? persistenceMask : fullMask,
      persistenceEngine,
      onePacket: onePacket && (isFwmark(of) || of.protocol === 'udp'),
    }));
}

function destinationOf(of: ServiceId): fc.Arbitrary<Destination> {
  const family = serviceFamily(of);
  const same = family === 'inet' ? inet : inet6;
  const servicePort = isFwmark(of) ? port : fc.constant(of.port);
  const weight = { weight: amount };
  return fc.oneof(
    fc.record({ address: same, port, forwarding: fc.constant('masquerade'), ...weight }),
    fc.record({ address: same, port: servicePort, forwarding: fc.constant('direct'), ...weight }),
    fc.record({ address, port: servicePort, forwarding: fc.constant('tunnel'), tunnel, ...weight }),
  );
}

const table: fc.Arbitrary<ServiceTable[]> = fc.array(
  id.chain((of) =>
    fc
      .tuple(settings(of), fc.array(destinationOf(of), { maxLength: 5 }))
      .map(([wanted, destinations]) => service(wanted, destinations.map(destination))),
  ),
  { maxLength: 6 },
);

/** What the lines of a saved table mean, in their order. */
function changesOf(services: readonly ServiceTable[]): Change[] {
  return sortServices(services).flatMap(({ destinations, counters: _, ...wanted }): Change[] => {
    const of: ServiceId = isFwmark(wanted)
      ? { fwmark: wanted.fwmark, family: wanted.family }
      : { protocol: wanted.protocol, address: wanted.address, port: wanted.port };
    return [
      { kind: 'add-service', service: wanted },
      ...sortDestinations(destinations).map(
        ({ counters: _, activeConnections, inactiveConnections, persistentConnections, ...it }): Change => ({
          kind: 'add-destination',
          service: of,
          destination: it,
        }),
      ),
    ];
  });
}

const NAMES: Names = {
  host: (of: Address) => (familyOf(of) === 'inet' ? `host-${of.replaceAll('.', '-')}` : 'an-ipv6-host'),
  port: (number, protocol) => (number === 80 && protocol === 'tcp' ? 'http' : undefined),
};

const WORLD: ParseWorld = {
  programName: 'ipvsadm',
  posix: false,
  ownOptions: false,
  hosts: new Map(),
  servicePort: (name, protocol) => (name === 'http' && protocol === 'tcp' ? 80 : undefined),
};

function parseLines(text: string, world: ParseWorld): unknown[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => {
    const parsed = parse(line.split(' '), world);
    return parsed.kind === 'command' && parsed.command.kind === 'change' ? parsed.command.change : parsed;
  });
}

test('numbers', () => {
  fc.assert(
    fc.property(table, (services) => {
      const text = renderSave(services, { numeric: true }, NUMERIC);
      expect(parseLines(text, WORLD)).toEqual(changesOf(services));
    }),
    { seed: 7 },
  );
});

test('names', () => {
  fc.assert(
    fc.property(table, (services) => {
      const all = services.flatMap((it) => [
        ...(isFwmark(it) ? [] : [it.address]),
        ...it.destinations.map((d) => d.address),
      ]);
      const hosts = new Map(all.map((of) => [NAMES.host(of)!, of]));
      const text = renderSave(services, { numeric: false }, NAMES);
      expect(parseLines(text, { ...WORLD, hosts })).toEqual(changesOf(services));
    }),
    { seed: 8 },
  );
});
