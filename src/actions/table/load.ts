import type { Kernel } from '../../ipvs/kernel.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import type { Removal } from '../../plan/table/diff-changes.ts';
import type { Load } from '../../plan/table/report.ts';
import { destinationKey, serviceKey } from '../../plan/table/wanted.ts';

export function loadOf(destination: DestinationStatus): Load {
  const { activeConnections, inactiveConnections, persistentConnections } = destination;
  return { active: activeConnections, inactive: inactiveConnections, persistent: persistentConnections };
}

/** Whether nothing is left, of connections and of clients that persistence would send here. */
export function isEmpty({ active, inactive, persistent }: Load): boolean {
  return active === 0 && inactive === 0 && persistent === 0;
}

/**
 * Whether deleting the destination would cut a connection. A client that persistence remembers is sent elsewhere when
 * its destination is gone (`ip_vs_check_template` in net/netfilter/ipvs/ip_vs_conn.c), so these do not count.
 */
export function isIdle({ active, inactive }: Load): boolean {
  return active === 0 && inactive === 0;
}

/** How busy destinations are now. One that is gone has no connections. */
export async function readLoads(kernel: Kernel, removals: readonly Removal[]): Promise<Map<Removal, Load>> {
  const loads = new Map<Removal, Load>();
  const services = new Map(removals.map(({ service }) => [serviceKey(service), service]));
  for (const [key, service] of services) {
    const present = new Map((await kernel.destinations(service)).map((item) => [destinationKey(item), item]));
    for (const removal of removals.filter((item) => serviceKey(item.service) === key)) {
      const found = present.get(destinationKey(removal.destination));
      loads.set(removal, found ? loadOf(found) : { active: 0, inactive: 0, persistent: 0 });
    }
  }
  return loads;
}
