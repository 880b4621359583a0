import { type Address, addressBytes, formatAddress } from '../../model/address.ts';
import type { ConnectionEntry } from '../../model/connection.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import type { Packet } from '../../model/packet.ts';
import { isFwmark, isPersistent, type ServiceId, type ServiceSettings } from '../../model/service.ts';
import type { Match } from './match.ts';

/** Where persistence sends a client, whatever the scheduler says. */
export interface Sticky {
  readonly destination: DestinationStatus;
  readonly secondsLeft: number;
}

const FTP = 21;

/**
 * The destination that persistence remembers for a packet's client (`ip_vs_sched_persist` in
 * net/netfilter/ipvs/ip_vs_core.c), `undefined` when there is none. A destination of weight 0 is remembered, unless
 * `expireQuiescent` (the sysctl `expire_quiescent_template`).
 */
export function findSticky(
  { service, by }: Match,
  packet: Packet,
  connections: readonly ConnectionEntry[],
  expireQuiescent: boolean,
): Sticky | undefined {
  if (packet.client === undefined || !isPersistent(service)) return undefined;
  const client = maskClient(packet.client, service);
  const byMark = isFwmark(service);
  const virtual = byMark ? markAddress(service) : packet.destination.address;
  const port = by === 'address' && packet.destination.port !== FTP ? packet.destination.port : 0;
  const protocol = byMark ? 'IP' : packet.protocol.toUpperCase();
  const template = connections.find(
    (entry) =>
      entry.clientPort === 0 &&
      entry.protocol === protocol &&
      entry.client === client &&
      entry.virtual === virtual &&
      entry.virtualPort === port,
  );
  const destination =
    template &&
    service.destinations.find(
      (item) =>
        item.address === template.server && (template.serverPort === 0 || item.port === template.serverPort),
    );
  if (!destination || (destination.weight === 0 && expireQuiescent)) return undefined;
  return { destination, secondsLeft: template.secondsLeft };
}

/** The part of a client's address that persistence looks at; the rest is zero. */
export function maskClient(
  client: Address,
  { persistenceMask }: Pick<ServiceSettings, 'persistenceMask'>,
): Address {
  const bytes = addressBytes(client);
  const mask =
    typeof persistenceMask === 'string'
      ? addressBytes(persistenceMask)
      : prefixMask(persistenceMask, bytes.length);
  return formatAddress(bytes.map((byte, at) => byte & mask[at]!));
}

function prefixMask(length: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => {
    const ones = Math.min(8, Math.max(0, length - 8 * at));
    return (0xff00 >> ones) & 0xff;
  });
}

function markAddress(service: Extract<ServiceId, { readonly fwmark: number }>): Address {
  const bytes = new Uint8Array(service.family === 'inet' ? 4 : 16);
  new DataView(bytes.buffer).setUint32(0, service.fwmark);
  return formatAddress(bytes);
}
