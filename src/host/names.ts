import { execFile } from 'node:child_process';
import type { Address } from '../model/address.ts';

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
 * hosts file, DNS, …). It asks `getent`, a part of the C library, which calls gethostbyaddr as ipvsadm does, because
 * Node's own `lookupService` is at most four at a time, cannot be given up, and holds the process open when a name
 * server does not answer. Never rejects: without `getent` nothing has a name.
 */
export async function findHostNames(
  addresses: Iterable<Address>,
  limit = LOOKUP_LIMIT,
): Promise<Map<Address, string>> {
  const names = new Map<Address, string>();
  const pending = portions([...new Set(addresses)]).values();
  const deadline = Date.now() + limit;
  const worker = async (): Promise<void> => {
    // All workers take from the same iterator, in the order of the addresses.
    for (const portion of pending) {
      const left = deadline - Date.now();
      if (left <= 0) return;
      for (const line of (await askGetent(portion, left)).split('\n')) {
        const [address, name] = line.split(/\s+/);
        if (address && name) names.set(address, name);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return names;
}

/** As evenly as possible: a process each while there are few addresses. */
function portions(addresses: readonly Address[]): Address[][] {
  const size = Math.min(MOST_PER_PROCESS, Math.ceil(addresses.length / PARALLEL));
  const all: Address[][] = [];
  for (let start = 0; start < addresses.length; start += size) all.push(addresses.slice(start, start + size));
  return all;
}

/** What `getent` says within a time: a line for each address that has a name, `ADDRESS  NAME ALIAS…`. */
function askGetent(addresses: readonly Address[], timeout: number): Promise<string> {
  return new Promise((resolve) => {
    // It ends with code 2 when one of the addresses has no name; what it said of the others counts.
    execFile('getent', ['hosts', ...addresses], { timeout, killSignal: 'SIGKILL' }, (_, stdout) =>
      resolve(stdout),
    );
  });
}
