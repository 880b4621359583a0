import type { Endpoint } from '../../model/endpoint.ts';
import { isFwmark, type ServiceId } from '../../model/service.ts';

/** What is known of a packet where it passes a filter. A field that is left out may be anything. */
export interface Packet {
  readonly state: 'new' | 'established';
  readonly protocol?: string;
  /** By the names of nftables' fields. */
  readonly addresses: { readonly saddr?: readonly string[]; readonly daddr?: readonly string[] };
  readonly ports: { readonly sport?: readonly number[]; readonly dport?: readonly number[] };
  /** The field that has the client's port. */
  readonly clientPort: 'sport' | 'dport';
}

export interface Passage {
  readonly packets: string;
  readonly packet: Packet;
}

/** Below are ports of servers. */
export const FIRST_CLIENT_PORT = 1024;

/** Where packets of a FULLNAT service pass filters: in each, the client's address is still (or again) that. */
export function passagesOf(
  service: ServiceId,
  servers: readonly Endpoint[],
): Readonly<Record<string, Passage>> {
  const known = isFwmark(service) ? {} : { protocol: service.protocol };
  const hosts = servers.length > 0 ? servers.map(({ address }) => address) : undefined;
  const ports = servers.length > 0 ? servers.map(({ port }) => port) : undefined;
  return {
    input: {
      packets: 'requests to the VIP',
      packet: {
        ...known,
        state: 'new',
        addresses: isFwmark(service) ? {} : { daddr: [service.address] },
        ports: isFwmark(service) ? {} : { dport: [service.port] },
        clientPort: 'sport',
      },
    },
    output: {
      packets: 'requests to the real servers',
      packet: {
        ...known,
        state: 'new',
        addresses: hosts ? { daddr: hosts } : {},
        ports: ports ? { dport: ports } : {},
        clientPort: 'sport',
      },
    },
    forward: {
      packets: 'replies of the real servers',
      packet: {
        ...known,
        state: 'established',
        addresses: hosts ? { saddr: hosts } : {},
        ports: ports ? { sport: ports } : {},
        clientPort: 'dport',
      },
    },
  };
}
