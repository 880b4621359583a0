import { IpvsError } from '../ipvs/errors.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import { ownName, type World } from '../process/world.ts';
import { failureText, NOT_ROOT } from './failure.ts';

/**
 * Connects to IPVS as ipvsadm does: when the first attempt fails, the module is loaded and a second one made. Says
 * what is wrong and returns `undefined` when there is no way.
 */
export async function openKernel(world: World): Promise<Kernel | undefined> {
  const first = await attempt(world);
  if (!(first instanceof IpvsError)) return first;
  const last = (await world.loadModule()) ? await attempt(world) : first;
  if (!(last instanceof IpvsError)) return last;
  // Where there is no IPVS, ipvsadm tries a raw socket, which only root may open: it says that, and not what is missing.
  const isAbsent = last.failure === 'no-family';
  const lacksRight = isAbsent && !(await world.mayOpenRawSockets());
  world.stderr.write(
    `Can't initialize ipvs: ${lacksRight ? NOT_ROOT : failureText(last)}\n` +
      'Are you sure that IP Virtual Server is built in the kernel or as module?\n',
  );
  if (ownName(world)) {
    const advice = isAbsent ? await world.explainAbsence() : last.meaning;
    const first = lacksRight ? 'run it as root, who alone may use IPVS and load it; ' : '';
    world.stderr.write(`${world.programName}: ${first}${advice}\n`);
  }
  return undefined;
}

async function attempt(world: World): Promise<Kernel | IpvsError> {
  try {
    return await world.openKernel();
  } catch (error) {
    if (error instanceof IpvsError) return error;
    throw error;
  }
}
