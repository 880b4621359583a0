import { type Lock, takeLock } from '../host/lock.ts';
import type { World } from '../process/world.ts';
import { MachineFailure } from './failure.ts';
import type { Role } from './role.ts';

const HELD = 'another lvsadm is changing this host';

/** Waits until nobody else changes this host. Throws a MachineFailure when that does not come. */
export async function takeHostLock({ name }: Role, { stderr }: World): Promise<Lock> {
  const lock = await takeLock('machine', () => stderr.write(`lvsadm ${name}: ${HELD}; waiting for it\n`));
  if (!lock) throw new MachineFailure(HELD);
  return lock;
}
