import { explainMissingModule, loadModule } from '../host/modules.ts';
import { IpvsClient } from '../ipvs/client.ts';
import { IpvsError } from '../ipvs/errors.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import { readTable as readWhole } from '../ipvs/read-table.ts';
import { type Wanted, wantedOf } from '../plan/table/wanted.ts';
import type { World } from '../process/world.ts';
import { MachineFailure } from './failure.ts';

const MODULE = 'ip_vs';

/** Runs a task with a connection to IPVS, whose module is loaded when it is missing. */
export async function withKernel<T>(world: World, task: (kernel: Kernel) => Promise<T>): Promise<T> {
  const open = world.openKernel ?? (() => IpvsClient.open());
  const kernel = await open().catch(async (error) => {
    if (!(error instanceof IpvsError) || error.failure !== 'no-family') throw error;
    if (!(await loadModule(MODULE)))
      throw new MachineFailure(await explainMissingModule(MODULE), { cause: error });
    return open();
  });
  try {
    return await task(kernel);
  } finally {
    await kernel.close();
  }
}

/** The table as it is now, in the form of something to want. */
export async function readTable(kernel: Kernel): Promise<Wanted> {
  return wantedOf((await readWhole(kernel, { counters: false })).table);
}
