import { type Address, familyOf } from '../../model/address.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import type { Reach } from './leg.ts';

/** What may stand in the way of a packet to one destination. */
export interface WayFacts {
  readonly destination: Pick<DestinationStatus, 'address' | 'forwarding'>;
  readonly server: Reach;
  /** `undefined`: any client. */
  readonly client: Reach | undefined;
  readonly clientAddress: Address | undefined;
  /** Whether this director forwards packets of the VIP's family; `undefined` where that cannot be read. */
  readonly forwards: boolean | undefined;
  /** FULLNAT: the real server answers a local address. */
  readonly fullnat: boolean;
}

/** Why packets to a destination, or its answers, do not arrive, as far as it shows on the director. */
export function findObstacles(facts: WayFacts): string[] {
  const { destination, server, client, clientAddress, forwards, fullnat } = facts;
  if (server.kind === 'none') return [server.why];
  if (server.kind === 'local') return [];
  const { address, forwarding } = destination;
  if (client?.kind === 'local' && forwarding !== 'masquerade') {
    return ['the client is this director: the answer comes from its own address, the VIP, and is not taken'];
  }
  if (clientAddress === address && forwarding !== 'masquerade') {
    return ['the client is this real server, which has the VIP itself: its packets do not leave it'];
  }
  const { device, router, unknown, isSilent, index } = server.leg;
  const found: string[] = [];
  if (forwarding === 'direct' && router !== undefined) {
    found.push(
      `${address} is behind the router ${router}: by direct routing a packet gets there only on a network that both are on; this one comes back, or is lost`,
    );
  }
  if (isSilent && unknown !== undefined) found.push(unknown);
  if (forwarding !== 'masquerade') return found;
  if (client?.kind === 'none') found.push(`${client.why}, by which replies would go`);
  if (forwards === false) {
    const setting = familyOf(address) === 'inet' ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
    found.push(`${setting} is 0: replies are not passed on`);
  }
  const isBeside = client?.kind === 'leg' && client.leg.index === index && client.leg.router === undefined;
  if (isBeside && router === undefined && !fullnat) {
    found.push(
      `the client is on the real server’s network (${device}): it is answered directly, past this director, and takes no such answer; FULLNAT serves it`,
    );
  }
  return found;
}
