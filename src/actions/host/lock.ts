import { takeLock } from '../../host/lock.ts';
import { HostFailure } from './failure.ts';

const HELD = 'another lvsadm is changing this host';

/**
 * Runs a task while nobody else changes this host. `onWait` is called once, with the reason, when it takes its time.
 * Rejects with a HostFailure when the other does not come to an end.
 */
export async function whileHostLocked<T>(
  task: () => Promise<T>,
  onWait: (why: string) => void = () => {},
): Promise<T> {
  const lock = await takeLock('machine', () => onWait(HELD));
  if (!lock) throw new HostFailure(HELD);
  try {
    return await task();
  } finally {
    await lock.release();
  }
}
