import fc from 'fast-check';
import { formatAddress } from '../../../src/model/address.ts';
import type { Destination, Tunnel } from '../../../src/model/destination.ts';
import { SCHEDULERS, schedulerFlagNames } from '../../../src/model/scheduler.ts';
import { isFwmark, type Service, type ServiceId, serviceFamily } from '../../../src/model/service.ts';

// Services and destinations by chance: whatever ipvsadm's lines have a place for.

export const inet = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => formatAddress(bytes));
const inet6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => formatAddress(bytes));
const sparseInet6 = fc
  .array(fc.constantFrom(0, 0, 1, 255), { minLength: 16, maxLength: 16 })
  .map((bytes) => formatAddress(Uint8Array.from(bytes)));
export const address = fc.oneof(inet, inet6, sparseInet6);
export const port = fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(53, 80));
export const amount = fc.integer({ min: 0, max: 2 ** 31 - 1 });

export const id: fc.Arbitrary<ServiceId> = fc.oneof(
  fc.record({ protocol: fc.constantFrom('tcp', 'udp', 'sctp'), address, port }),
  fc.record({ fwmark: fc.integer({ min: 1, max: 2 ** 32 - 1 }), family: fc.constantFrom('inet', 'inet6') }),
);

const tunnel: fc.Arbitrary<Tunnel> = fc.oneof(
  fc.constant<Tunnel>({ type: 'ipip', port: 0, checksum: 'none' }),
  fc.record({ type: fc.constant('gue'), port, checksum: fc.constantFrom('none', 'full', 'remote') }),
  fc.record({ type: fc.constant('gre'), port: fc.constant(0), checksum: fc.constantFrom('none', 'full') }),
);

export function settings(of: ServiceId): fc.Arbitrary<Service> {
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

export function destinationOf(of: ServiceId): fc.Arbitrary<Destination> {
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
