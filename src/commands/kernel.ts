import { IpvsError } from '../ipvs/errors.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { World } from '../process/world.ts';
import { MachineFailure } from './failure.ts';

/** What to call when others change the table while it is read. */
export function tellUnsettled({ stderr }: World): () => void {
  return () =>
    void stderr.write(
      'note: others keep changing this table; what they changed while it was read may be missing here\n',
    );
}

/** Runs a task with a connection to IPVS, whose module is loaded when it is missing. */
export async function withKernel<T>(world: World, task: (kernel: Kernel) => Promise<T>): Promise<T> {
  const kernel = await world.openKernel().catch(async (error) => {
    if (!(error instanceof IpvsError) || error.failure !== 'no-family') throw error;
    if (!(await world.loadModule())) {
      throw new MachineFailure(await world.explainAbsence(), { cause: error });
    }
    return world.openKernel();
  });
  try {
    return await task(kernel);
  } finally {
    await kernel.close();
  }
}
