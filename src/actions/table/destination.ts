import { LockFailure, type TakeLock, takeLock } from '../../host/lock.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import { formatServiceId } from '../../model/service.ts';
import type { NamedDestination } from '../../plan/table/report.ts';
import { destinationKey, destinationOf } from '../../plan/table/wanted.ts';

/** Why work on a destination, or on the table, ended. */
export type TableFailureCode =
  /** There is no such destination. */
  | 'absent'
  /** It was deleted by somebody else meanwhile. */
  | 'deleted'
  /** Somebody else has given it another weight meanwhile. */
  | 'changed'
  /** Another lvsadm holds the table. */
  | 'locked';

/** Fields first, sentence second. */
export class TableFailure extends Error {
  override readonly name = 'TableFailure';
  readonly code: TableFailureCode;

  constructor(code: TableFailureCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** `10.0.0.11:80 of tcp 10.0.0.1:80` */
export function formatNamed({ service, destination }: NamedDestination): string {
  return `${formatEndpoint(destination)} of ${formatServiceId(service)}`;
}

/** A destination as it is now; `undefined` when its service has none such. Rejects when there is no such service. */
export async function findDestination(
  kernel: Kernel,
  { service, destination }: NamedDestination,
): Promise<DestinationStatus | undefined> {
  const key = destinationKey(destination);
  return (await kernel.destinations(service)).find((item) => destinationKey(item) === key);
}

/** As `findDestination`; rejects with a TableFailure when it is not there. */
export async function needDestination(kernel: Kernel, named: NamedDestination): Promise<DestinationStatus> {
  const found = await findDestination(kernel, named);
  if (!found) throw new TableFailure('absent', `there is no destination ${formatNamed(named)}`);
  return found;
}

/** Sets the weight of a destination and nothing else about it. */
export async function setWeight(
  kernel: Kernel,
  { service }: NamedDestination,
  current: DestinationStatus,
  weight: number,
): Promise<void> {
  await kernel.change({
    kind: 'set-destination',
    service,
    destination: { ...destinationOf(current), weight },
  });
}

/** Runs a task while nobody else changes the table. */
export type Exclusively = <T>(task: () => Promise<T>) => Promise<T>;

/** The same by the lock that every lvsadm of this network namespace takes. Rejects with a TableFailure. */
export async function whileLocked<T>(task: () => Promise<T>, take: TakeLock = takeLock): Promise<T> {
  const lock = await take('table').catch((error) => {
    throw error instanceof LockFailure ? new TableFailure('locked', error.message) : error;
  });
  try {
    return await task();
  } finally {
    await lock.release();
  }
}
