import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NUMERIC } from '../../../src/ipvsadm/listing/names.ts';
import { sortDestinations, sortServices } from '../../../src/ipvsadm/listing/order.ts';
import { type Address, familyOf } from '../../../src/model/address.ts';
import type { Change } from '../../../src/model/change.ts';
import { isFwmark, type ServiceId } from '../../../src/model/service.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import type { Names } from '../../../src/process/world.ts';
import { type ParseWorld, parse } from '../../../src/syntax/ipvsadm/parse.ts';
import { destinationOf, id, settings } from './arbitraries.ts';
import { destination, service } from './captured.ts';
import { renderSave } from './table-text.ts';

/** What is saved reads back as what was saved, for all that ipvsadm's lines have a place for. */

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
