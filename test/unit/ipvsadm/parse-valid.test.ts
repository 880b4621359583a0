import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, formatChange } from '../../../src/model/change.ts';
import type { Destination, DestinationSettings } from '../../../src/model/destination.ts';
import { formatEndpoint } from '../../../src/model/endpoint.ts';
import { schedulerFlagNames } from '../../../src/model/scheduler.ts';
import { isFwmark, type ServiceId, type ServiceSettings } from '../../../src/model/service.ts';
import { parse } from '../../../src/syntax/ipvsadm/parse.ts';

/**
 * Changes are made up, spelled as command lines in one of the many ways that there are, and must come back. The
 * spelling here knows only the manual's option names and nothing of the tables that the parser works with.
 */

const inet = fc.ipV4();
const inet6 = fc
  .tuple(fc.integer({ min: 1, max: 0xffff }), fc.integer({ min: 1, max: 0xffff }))
  .map(([head, tail]) => `2001:db8:${head.toString(16)}::${tail.toString(16)}`);
const port = fc.integer({ min: 1, max: 65535 });
const amount = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const serviceId: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({ protocol: fc.constantFrom('tcp', 'udp', 'sctp'), address: fc.oneof(inet, inet6), port }),
  fc.record({ fwmark: fc.integer({ min: 1, max: 2 ** 32 - 1 }), family: fc.constantFrom('inet', 'inet6') }),
);

function settingsFor(id: ServiceId): fc.Arbitrary<ServiceSettings> {
  const isInet6 = isFwmark(id) ? id.family === 'inet6' : id.address.includes(':');
  const mayBeOnePacket = isFwmark(id) || id.protocol === 'udp';
  return fc
    .record({
      scheduler: fc.constantFrom('rr', 'wlc', 'sh', 'mh', 'nosuch'),
      flags: fc.subarray([0, 1, 2] as const),
      persistenceTimeout: fc.integer({ min: 0, max: 2678400 }),
      persistenceMask: isInet6 ? fc.integer({ min: 1, max: 128 }) : inet,
      persistenceEngine: fc.constantFrom('', 'sip'),
      onePacket: mayBeOnePacket ? fc.boolean() : fc.constant(false),
    })
    .map(({ flags, ...settings }) => ({
      ...settings,
      schedulerFlags: flags.map((index) => schedulerFlagNames(settings.scheduler)[index]),
    }));
}

type FullDestination = Destination & DestinationSettings;

function destinationFor(id: ServiceId): fc.Arbitrary<FullDestination> {
  const isInet6 = isFwmark(id) ? id.family === 'inet6' : id.address.includes(':');
  const tunnel: fc.Arbitrary<FullDestination['tunnel']> = fc.oneof(
    fc.constant({ type: 'ipip' as const, port: 0, checksum: 'none' as const }),
    fc.record({ type: fc.constant('gre'), port: fc.constant(0), checksum: fc.constantFrom('none', 'full') }),
    fc.record({ type: fc.constant('gue'), port, checksum: fc.constantFrom('none', 'full', 'remote') }),
  );
  return fc
    .record({
      address: isInet6 ? inet6 : inet,
      port,
      forwarding: fc.constantFrom('direct', 'masquerade', 'tunnel'),
      weight: amount,
      upperThreshold: amount,
      lowerThreshold: amount,
      tunnel,
    })
    .map((destination) => ({
      ...destination,
      // Only with masquerading, or for a mark, has a real server a port of its own.
      port: isFwmark(id) || destination.forwarding === 'masquerade' ? destination.port : id.port,
      tunnel:
        destination.forwarding === 'tunnel'
          ? destination.tunnel
          : { type: 'ipip' as const, port: 0, checksum: 'none' as const },
    }));
}

/** An option with its value: the words that it may be spelled with. */
type Spelled = readonly (readonly string[])[];

function option(letter: string | undefined, long: string, value: string | number): Spelled {
  const longs = [[`--${long}`, `${value}`], [`--${long}=${value}`]];
  return letter
    ? [...longs, [`-${letter}`, `${value}`], [`-${letter}${value}`], [`-${letter}=${value}`]]
    : longs;
}

function flag(letter: string | undefined, long: string): Spelled {
  return letter ? [[`-${letter}`], [`--${long}`]] : [[`--${long}`]];
}

function serviceWords(id: ServiceId): Spelled[] {
  if (isFwmark(id)) {
    const mark = option('f', 'fwmark-service', id.fwmark);
    return id.family === 'inet' ? [mark] : [mark, flag('6', 'ipv6')];
  }
  const letter = { tcp: 't', udp: 'u' }[id.protocol as string];
  return [option(letter, `${id.protocol}-service`, formatEndpoint(id))];
}

function settingWords(settings: ServiceSettings): Spelled[] {
  const { scheduler, schedulerFlags, persistenceTimeout, persistenceMask, persistenceEngine, onePacket } =
    settings;
  return [
    option('s', 'scheduler', scheduler),
    option('M', 'netmask', persistenceMask),
    ...(schedulerFlags.length > 0 ? [option('b', 'sched-flags', schedulerFlags.join(','))] : []),
    ...(persistenceTimeout > 0 ? [option('p', 'persistent', persistenceTimeout)] : []),
    ...(persistenceEngine ? [option(undefined, 'pe', persistenceEngine)] : []),
    ...(onePacket ? [flag('o', 'ops')] : []),
  ];
}

function destinationWords({ tunnel, ...destination }: FullDestination): Spelled[] {
  const forwarding = {
    masquerade: ['m', 'masquerading'],
    tunnel: ['i', 'ipip'],
    direct: ['g', 'gatewaying'],
  } as const;
  const [letter, long] = forwarding[destination.forwarding as 'direct'];
  const checksum = { none: 'tun-nocsum', full: 'tun-csum', remote: 'tun-remcsum' }[tunnel.checksum];
  return [
    option('r', 'real-server', formatEndpoint(destination)),
    flag(letter, long),
    option('w', 'weight', destination.weight),
    option('x', 'u-threshold', destination.upperThreshold),
    option('y', 'l-threshold', destination.lowerThreshold),
    ...(destination.forwarding === 'tunnel' ? [option(undefined, 'tun-type', tunnel.type)] : []),
    ...(tunnel.type === 'gue' ? [option(undefined, 'tun-port', tunnel.port)] : []),
    ...(tunnel.type === 'ipip' ? [] : [flag(undefined, checksum)]),
  ];
}

/** A command line: the service first (others may depend on it), the rest in any order, each in any spelling. */
function spell(command: Spelled, service: Spelled[], rest: Spelled[]): fc.Arbitrary<string[]> {
  return fc
    .shuffledSubarray(rest, { minLength: rest.length })
    .chain((shuffled) =>
      fc.tuple(...[command, ...service, ...shuffled].map((spelled) => fc.constantFrom(...spelled))),
    )
    .map((parts) => parts.flat());
}

type Case = { readonly change: Change; readonly words: string[] };

const cases: fc.Arbitrary<Case> = serviceId.chain((service) =>
  fc.oneof(
    fc.tuple(settingsFor(service), fc.boolean()).chain(([settings, adds]) => {
      const full = { ...service, ...settings };
      const command = adds ? flag('A', 'add-service') : flag('E', 'edit-service');
      return spell(command, serviceWords(service), settingWords(settings)).map((words) => ({
        words,
        change: { kind: adds ? ('add-service' as const) : ('set-service' as const), service: full },
      }));
    }),
    fc.tuple(destinationFor(service), fc.boolean()).chain(([destination, adds]) => {
      const command = adds ? flag('a', 'add-server') : flag('e', 'edit-server');
      return spell(command, serviceWords(service), destinationWords(destination)).map((words) => ({
        words,
        change: {
          kind: adds ? ('add-destination' as const) : ('set-destination' as const),
          service,
          destination,
        },
      }));
    }),
    spell(flag('D', 'delete-service'), serviceWords(service), []).map((words) => ({
      words,
      change: { kind: 'delete-service' as const, service },
    })),
  ),
);

describe('a valid command line', () => {
  it('means what it says, however it is spelled', () => {
    const hosts = new Map();
    const world = {
      programName: 'ipvsadm',
      posix: false,
      ownOptions: false,
      hosts,
      servicePort: () => undefined,
    };
    fc.assert(
      fc.property(cases, ({ words, change }) => {
        expect(parse(words, world), formatChange(change)).toEqual({
          kind: 'command',
          command: { kind: 'change', change },
        });
      }),
      { seed: 22, numRuns: 3000 },
    );
  });
});
