import { LockFailure, type TakeLock, takeLock } from '../../host/lock.ts';
import { HostFailure } from './failure.ts';

/**
 * Runs a task while nobody else changes this host. `onWait` is called once, with the reason, when it takes its time.
 * Rejects with a HostFailure when the other does not come to an end.
 */
export async function whileHostLocked<T>(
  task: () => Promise<T>,
  onWait: (why: string) => void = () => {},
  take: TakeLock = takeLock,
): Promise<T> {
  const lock = await take('machine', onWait).catch((error) => {
    throw error instanceof LockFailure ? new HostFailure(error.message, { cause: error }) : error;
  });
  try {
    return await task();
  } finally {
    await lock.release();
  }
}
