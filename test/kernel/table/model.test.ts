import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import { IpvsError } from '../../../src/ipvs/errors.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Destination } from '../../../src/model/destination.ts';
import type { Service, ServiceId } from '../../../src/model/service.ts';
import { wantedOf } from '../../../src/plan/table/wanted.ts';
import { KernelModel } from '../../unit/plan/kernel-model.ts';
import { openEmpty, reset } from '../ipvs.ts';

// What unit tests take for the kernel (KernelModel) is held against the kernel: the same changes by chance, sensible or
// not, end in the same refusals and the same table.

let client: IpvsClient;
beforeAll(async () => {
  client = await openEmpty();
});
afterAll(() => client?.close());

const ids: readonly ServiceId[] = [
  { protocol: 'tcp', address: '10.0.0.1', port: 80 },
  { protocol: 'udp', address: '2001:db8::1', port: 53 },
  { fwmark: 1, family: 'inet' },
];
const service: fc.Arbitrary<Service> = fc
  .record({
    id: fc.constantFrom(...ids),
    scheduler: fc.constantFrom('rr', 'wlc', 'sh'),
    persistenceTimeout: fc.constantFrom(0, 360),
  })
  .map(({ id, ...settings }) => ({ ...id, ...settings }));
const destination: fc.Arbitrary<Destination> = fc.record({
  address: fc.constantFrom('10.1.0.11', '10.1.0.12', '2001:db8:1::11'),
  port: fc.constant(80),
  forwarding: fc.constantFrom('masquerade', 'direct', 'tunnel'),
  weight: fc.constantFrom(-1, 0, 1, 100),
  upperThreshold: fc.constantFrom(0, 10),
  lowerThreshold: fc.constantFrom(0, 5, 20),
  tunnel: fc.constantFrom(
    { type: 'ipip', port: 0, checksum: 'none' } as const,
    { type: 'gue', port: 6080, checksum: 'none' } as const,
    { type: 'gue', port: 0, checksum: 'none' } as const,
  ),
});
const identity = fc.constantFrom(...ids);
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add-service' as const), service }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set-service' as const), service }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-service' as const), service: identity }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('add-destination' as const), service: identity, destination }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('set-destination' as const), service: identity, destination }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete-destination' as const),
      service: identity,
      destination,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('set-timeouts' as const),
      timeouts: fc.record({ tcp: fc.constantFrom(60, 900), udp: fc.constantFrom(30, 300) }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('start-daemon' as const),
      daemon: fc.record({ role: fc.constantFrom('master', 'backup'), interface: fc.constant('lo') }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('stop-daemon' as const),
      role: fc.constantFrom('master', 'backup'),
    }),
  },
);

async function errnoOf(one: Change): Promise<string | undefined> {
  try {
    await client.change(one);
    return undefined;
  } catch (error) {
    if (error instanceof IpvsError && error.failure === 'refused') return error.code;
    throw error;
  }
}

it('the model of the kernel refuses what the kernel refuses, and ends in the same table', async () => {
  const refusals = new Set<string | undefined>();
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 25 }), async (changes) => {
      await reset(client);
      const model = new KernelModel();
      for (const one of changes) {
        const errno = await errnoOf(one);
        refusals.add(errno);
        expect({ one, errno: model.apply(one) }).toEqual({ one, errno });
      }
      const { table } = await client.readTable({ counters: false });
      const [real, modelled] = [wantedOf(table), model.table()];
      expect(real.services).toEqual(modelled.services);
      expect(real.timeouts).toEqual(modelled.timeouts);
      expect(real.daemons.map(({ role }) => role)).toEqual(modelled.daemons.map(({ role }) => role));
    }),
    { seed: 20_261_127, numRuns: 200 },
  );
  await reset(client);
  expect([...refusals].sort()).toEqual(['EEXIST', 'EINVAL', 'ENOENT', 'ERANGE', 'ESRCH', undefined]);
});
