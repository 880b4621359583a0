import type { Address } from '../../model/address.ts';
import { type Endpoint, formatEndpoint } from '../../model/endpoint.ts';
import { ALL_PORTS, type Pool, portsOf } from '../../model/pool.ts';

/** Above this share of what is possible there is a warning. */
const WARN = 0.8;

/** A connection that goes from a local address to a real server. */
export interface Carried {
  readonly protocol: string;
  readonly localAddress: Address;
  readonly localPort: number;
  readonly realServer: Endpoint;
}

/** How many ports of a local address are taken by connections to one port of one real server. */
export interface Use extends Omit<Carried, 'localPort'> {
  readonly used: number;
  readonly limit: number;
}

/**
 * Counts connections by local address and endpoint, the fullest first. The limit holds for each pair by itself. What
 * lives on from before the pool was changed, with an address or a port that is not of it now, takes nothing of it.
 */
export function countUse(connections: Iterable<Carried>, pool: Pool): Use[] {
  const uses = new Map<string, { -readonly [K in keyof Use]: Use[K] }>();
  const { first, last } = pool.ports ?? ALL_PORTS;
  for (const { protocol, localAddress, localPort, realServer } of connections) {
    if (!pool.addresses.includes(localAddress) || localPort < first || localPort > last) continue;
    const key = `${protocol} ${localAddress} ${formatEndpoint(realServer)}`;
    const known = uses.get(key);
    if (known) known.used++;
    else uses.set(key, { protocol, localAddress, realServer, used: 1, limit: portsOf(pool) });
  }
  return [...uses.values()].sort((a, b) => b.used / b.limit - a.used / a.limit);
}

export function warnOfUse(uses: readonly Use[]): string[] {
  return uses
    .filter(({ used, limit }) => used >= WARN * limit)
    .map(
      ({ localAddress, realServer, used, limit }) =>
        `${localAddress} has ${limit - used} of ${limit} ports left towards ${formatEndpoint(realServer)}: without one, a client’s connection gets no answer; add local addresses or real servers`,
    );
}

export function warnOfTracking({ count, limit }: { count: number; limit: number }): string[] {
  if (limit === 0 || count < WARN * limit) return [];
  return [
    `${count} of ${limit} connections can be tracked: when the table is full, packets of new ones are dropped; raise net.netfilter.nf_conntrack_max`,
  ];
}
