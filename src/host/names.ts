import type { Address } from '../model/address.ts';
import { askGetent, type NameSystem, readHostSources, SYSTEM } from './name-service.ts';

/**
 * How long all look-ups together may take, in milliseconds; what has no name by then is shown as a number. A little
 * more than the five seconds that the resolver waits for a name server that is down before it asks the next one.
 */
export const LOOKUP_LIMIT = 6_000;

/** How many look-ups run at the same time. */
const PARALLEL = 32;

/** How many addresses one process looks up, one after the other, when there are too many for a process each. */
const MOST_PER_PROCESS = 16;

/**
 * The canonical names of addresses, those that have one: from wherever this system takes them (nsswitch.conf: the
 * hosts file, DNS, …), as gethostbyaddr gives them to ipvsadm. What the hosts file has is read there, so that it is never
 * missed on a busy machine; for the rest `getent`, a part of the C library, is asked, because Node's own `lookupService`
 * is at most four at a time, cannot be given up, and holds the process open when a name server does not answer. Never
 * rejects: without `getent` nothing else has a name.
 */
export async function findHostNames(
  addresses: Iterable<Address>,
  limit = LOOKUP_LIMIT,
  system: NameSystem = SYSTEM,
): Promise<Map<Address, string>> {
  const names = new Map<Address, string>();
  const deadline = Date.now() + limit;
  for (const source of readHostSources(system)) {
    const unknown = [...new Set(addresses)].filter((address) => !names.has(address));
    if (typeof source === 'string') await askAll(unknown, source);
    else for (const address of unknown) keep(address, source.name(address));
  }
  return names;

  function keep(address: Address | undefined, name: string | undefined): void {
    if (address && name) names.set(address, name);
  }

  async function askAll(unknown: readonly Address[], source: string): Promise<void> {
    const pending = portions(unknown).values();
    const worker = async (): Promise<void> => {
      // All workers take from the same iterator, in the order of the addresses.
      for (const portion of pending) {
        const left = deadline - Date.now();
        if (left <= 0) return;
        const answer = await askGetent(system, ['-s', `hosts:${source}`, 'hosts', ...portion], left);
        for (const [address, name] of answer ?? []) keep(address, name);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  }
}

/** As evenly as possible: a process each while there are few addresses. */
function portions(addresses: readonly Address[]): Address[][] {
  const size = Math.min(MOST_PER_PROCESS, Math.ceil(addresses.length / PARALLEL));
  const all: Address[][] = [];
  for (let start = 0; start < addresses.length; start += size) all.push(addresses.slice(start, start + size));
  return all;
}
