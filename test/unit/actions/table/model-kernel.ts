import { IpvsError } from '../../../../src/ipvs/errors.ts';
import type { Kernel } from '../../../../src/ipvs/kernel.ts';
import type { Change } from '../../../../src/model/change.ts';
import { NO_COUNTERS } from '../../../../src/model/counters.ts';
import type { DestinationStatus } from '../../../../src/model/destination.ts';
import type { ServiceTable } from '../../../../src/model/table.ts';
import { NetlinkError } from '../../../../src/netlink/errors.ts';
import { destinationKey, serviceKey } from '../../../../src/plan/table/wanted.ts';
import { fakeKernel } from '../../fake-world.ts';
import { KernelModel } from '../../plan/kernel-model.ts';

const NUMBERS: Readonly<Record<string, number>> = { ENOENT: 2, ESRCH: 3, EEXIST: 17, EINVAL: 22, ERANGE: 34 };

export interface ModelKernel extends Kernel {
  readonly model: KernelModel;
  /** Changes that it took, in order. */
  readonly taken: Change[];
  /** Connections of destinations, by `ADDRESS:PORT`. */
  readonly active: Map<string, number>;
  /** Called before each batch: somebody else who changes the table. */
  meanwhile: () => void;
  /** Called after each batch. */
  afterwards: () => void;
}

/** A kernel that does what the model of it does, with connections as a test says. */
export function modelKernel(): ModelKernel {
  const model = new KernelModel();
  const taken: Change[] = [];
  const active = new Map<string, number>();
  const attempt = (change: Change) => {
    const code = model.apply(change);
    if (code === undefined) {
      taken.push(change);
      return undefined;
    }
    return new IpvsError(change, new NetlinkError('refused', code, { errno: NUMBERS[code]! }));
  };
  const tables = (): ServiceTable[] =>
    model.table().services.map((service) => ({
      ...service,
      counters: NO_COUNTERS,
      destinations: service.destinations.map(
        (destination): DestinationStatus => ({
          ...destination,
          activeConnections: active.get(destinationKey(destination)) ?? 0,
          inactiveConnections: 0,
          persistentConnections: 0,
          counters: NO_COUNTERS,
        }),
      ),
    }));
  const find = (key: string) => tables().find((service) => serviceKey(service) === key);
  const kernel: ModelKernel = {
    ...fakeKernel(),
    model,
    taken,
    active,
    meanwhile: () => {},
    afterwards: () => {},
    tables: async () => tables(),
    timeouts: async () => model.table().timeouts as never,
    daemons: async () => model.table().daemons.map((daemon) => ({ syncId: 0, ...daemon })),
    async service(id) {
      const found = find(serviceKey(id));
      if (found) return found;
      throw new IpvsError(
        { kind: 'get-service', service: id },
        new NetlinkError('refused', '', { errno: 3 }),
      );
    },
    destinations: async (id) => [...(find(serviceKey(id))?.destinations ?? [])],
    async change(change) {
      const error = attempt(change);
      if (error) throw error;
    },
    async batch(changes, options) {
      kernel.meanwhile();
      const failures = changes.flatMap((change, index) => {
        const error = attempt(change);
        return error ? [{ index, change, error }] : [];
      });
      options?.onProgress?.(changes.length);
      kernel.afterwards();
      return failures;
    },
  };
  return kernel;
}
