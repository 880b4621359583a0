import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/model/change.ts';
import type { Daemon } from '../../../src/model/daemon.ts';
import { type ServiceId, serviceFamily } from '../../../src/model/service.ts';
import { editService, putDestination, removeDestination } from '../../../src/plan/doctor/words.ts';
import { adviseFullnat } from '../../../src/plan/host/fullnat.ts';
import { changeWords, formatCommandLine, serviceIdWords } from '../../../src/syntax/ipvsadm/format.ts';
import { parse } from '../../../src/syntax/ipvsadm/parse.ts';
import { address, amount, destinationOf, id, inet, port, settings } from './arbitraries.ts';
import { destination, service as tableOf } from './captured.ts';

/** What is written is read as the same value, for every kind of change. */

const limit = fc.oneof(fc.constant(0), amount);
const timeout = fc.integer({ min: 0, max: 2_678_400 });
const syncId = fc.integer({ min: 0, max: 255 });
const role = fc.constantFrom('master', 'backup');
const groups = fc.oneof(
  inet.map((text) => text.replace(/^[0-9]+/, '224')),
  fc.constantFrom('ff02::1', 'ff05::51'),
);

const daemon: fc.Arbitrary<Daemon> = fc.record(
  {
    role,
    interface: fc.constantFrom('eth0', 'bond0.100', 'lo', 'a-b_c'),
    syncId,
    maxLength: fc.integer({ min: 1, max: 65_507 }),
    group: groups,
    port,
    ttl: fc.integer({ min: 1, max: 255 }),
  },
  { requiredKeys: ['role', 'interface', 'syncId'] },
);

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constantFrom('add-service', 'set-service'), service: id.chain(settings) }),
  id.chain((service) =>
    fc.oneof(
      fc.record({
        kind: fc.constantFrom('add-destination', 'set-destination'),
        service: fc.constant(service),
        destination: fc
          .tuple(destinationOf(service), limit, limit)
          .map(([destination, upperThreshold, lowerThreshold]) => ({
            tunnel: { type: 'ipip', port: 0, checksum: 'none' } as const,
            ...destination,
            upperThreshold,
            lowerThreshold,
          })),
      }),
      fc.record({
        kind: fc.constant('delete-destination'),
        service: fc.constant(service),
        destination: fc.record({ address, port }),
      }),
      fc.record({ kind: fc.constantFrom('delete-service', 'zero'), service: fc.constant(service) }),
    ),
  ),
  fc.constantFrom<Change>({ kind: 'flush' }, { kind: 'zero' }),
  fc.record({
    kind: fc.constant('set-timeouts'),
    timeouts: fc.record({ tcp: timeout, tcpFin: timeout, udp: timeout }),
  }),
  fc.record({ kind: fc.constant('start-daemon'), daemon }),
  fc.record({ kind: fc.constant('stop-daemon'), role, syncId }),
) as fc.Arbitrary<Change>;

const world = {
  programName: 'ipvsadm',
  posix: false,
  ownOptions: false,
  hosts: new Map(),
  servicePort: () => undefined,
};

test('words are read as the change that they were made of', () => {
  fc.assert(
    fc.property(change, (wanted) => {
      expect(parse(changeWords(wanted), world)).toEqual({
        kind: 'command',
        command: { kind: 'change', change: wanted },
      });
    }),
    { seed: 9, numRuns: 1_000 },
  );
});

// As ipvsadm 1.31's manual page spells them.
test.each<[line: string, change: Change]>([
  [
    '-A -t 10.0.0.1:80 -s wlc',
    { kind: 'add-service', service: { protocol: 'tcp', address: '10.0.0.1', port: 80 } },
  ],
  [
    '-E -f 7 -6 -s sh -p 60 -M 64 --pe sip -o -b sh-port',
    {
      kind: 'set-service',
      service: {
        fwmark: 7,
        family: 'inet6',
        scheduler: 'sh',
        schedulerFlags: ['sh-port'],
        persistenceTimeout: 60,
        persistenceMask: 64,
        persistenceEngine: 'sip',
        onePacket: true,
      },
    },
  ],
  [
    '-a --sctp-service [2001:db8::1]:80 -r 10.0.0.2:80 -i -w 0 --tun-type gue --tun-port 6080 --tun-remcsum -x 9 -y 5',
    {
      kind: 'add-destination',
      service: { protocol: 'sctp', address: '2001:db8::1', port: 80 },
      destination: {
        address: '10.0.0.2',
        port: 80,
        forwarding: 'tunnel',
        weight: 0,
        tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
        upperThreshold: 9,
        lowerThreshold: 5,
      },
    },
  ],
  ['--set 0 0 10', { kind: 'set-timeouts', timeouts: { udp: 10 } }],
])('%s', (line, wanted) => {
  expect(formatCommandLine(wanted)).toBe(line);
});

// `plan/` may not know how lines are written, and advises some all the same.
describe('lines that are advised', () => {
  const read = (line: string) => {
    const [program, ...words] = line.split(' ');
    expect(program).toBe('lvsadm');
    return parse(words, { ...world, ownOptions: true });
  };
  const idOf = (service: ServiceId): ServiceId =>
    'fwmark' in service
      ? { fwmark: service.fwmark, family: service.family }
      : { protocol: service.protocol, address: service.address, port: service.port };

  test('by the doctor, are read as what they are for', () => {
    const placed = id.chain((of) => fc.tuple(settings(of), destinationOf(of), limit, limit));
    fc.assert(
      fc.property(placed, ([wanted, target, upperThreshold, lowerThreshold]) => {
        const table = tableOf(wanted);
        const status = destination({ ...target, upperThreshold, lowerThreshold });
        const at = { service: table, destination: status };
        const { activeConnections, inactiveConnections, persistentConnections, counters, ...settled } =
          status;
        const change = (value: Change) => ({ kind: 'command', command: { kind: 'change', change: value } });
        expect(read(editService(table, {}))).toEqual(change({ kind: 'set-service', service: wanted }));
        expect(read(putDestination('-e', at))).toEqual(
          change({ kind: 'set-destination', service: idOf(wanted), destination: settled }),
        );
        expect(read(putDestination('-a', at))).toEqual(
          change({ kind: 'add-destination', service: idOf(wanted), destination: settled }),
        );
        expect(read(removeDestination(at))).toEqual(
          change({
            kind: 'delete-destination',
            service: idOf(wanted),
            destination: { address: status.address, port: status.port },
          }),
        );
      }),
      { seed: 10, numRuns: 500 },
    );
  });

  test.each<ServiceId>([
    { protocol: 'tcp', address: '10.0.0.1', port: 80 },
    { protocol: 'udp', address: '2001:db8::1', port: 53 },
    { fwmark: 7, family: 'inet' },
    { fwmark: 7, family: 'inet6' },
  ])('for FULLNAT, name the service as the formatter does', (service) => {
    const network = { links: [], addresses: [], routes: [], inet6: true };
    const advice = adviseFullnat({ service, pool: { addresses: ['10.0.0.9'] }, floating: false }, network);
    const line = advice.map((text) => /lvsadm -a .*/.exec(text)?.[0]).find((found) => found !== undefined)!;
    expect(line).toBe(`lvsadm -a ${serviceIdWords(service).join(' ')} -r SERVER:PORT --fullnat`);
    const server = serviceFamily(service) === 'inet6' ? '[2001:db8::2]:80' : '10.0.0.2:80';
    expect(read(line.replace('SERVER:PORT', server))).toMatchObject({ kind: 'command' });
  });
});
