import { takeLock } from '../host/lock.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { DestinationStatus } from '../model/destination.ts';
import { formatEndpoint } from '../model/endpoint.ts';
import { formatServiceId } from '../model/service.ts';
import { destinationKey, destinationOf } from '../plan/table/wanted.ts';
import type { Named } from './destination-words.ts';
import { MachineFailure } from './failure.ts';

/** `10.0.0.11:80 of tcp 10.0.0.1:80` */
export function formatNamed({ service, destination }: Named): string {
  return `${formatEndpoint(destination)} of ${formatServiceId(service)}`;
}

/** A destination as it is now; `undefined` when its service has none such. Rejects when there is no such service. */
export async function findDestination(
  kernel: Kernel,
  { service, destination }: Named,
): Promise<DestinationStatus | undefined> {
  const key = destinationKey(destination);
  return (await kernel.destinations(service)).find((item) => destinationKey(item) === key);
}

/** As `findDestination`; one that is not there is a failure. */
export async function needDestination(kernel: Kernel, named: Named): Promise<DestinationStatus> {
  const found = await findDestination(kernel, named);
  if (!found) throw new MachineFailure(`there is no destination ${formatNamed(named)}`);
  return found;
}

/** Sets the weight of a destination and nothing else about it. */
export async function setWeight(
  kernel: Kernel,
  { service }: Named,
  current: DestinationStatus,
  weight: number,
): Promise<void> {
  await kernel.change({
    kind: 'set-destination',
    service,
    destination: { ...destinationOf(current), weight },
  });
}

/** Runs a task while no other lvsadm changes the table. */
export async function whileLocked<T>(task: () => Promise<T>): Promise<T> {
  const lock = await takeLock('table');
  if (!lock) throw new MachineFailure('another lvsadm is changing this table');
  try {
    return await task();
  } finally {
    await lock.release();
  }
}
