import { type Address, formatAddress } from '../model/address.ts';
import type { Endpoint } from '../model/endpoint.ts';
import { type Connection, type ConnectionOptions, withConnection } from '../netlink/connection.ts';
import { NetlinkError } from '../netlink/errors.ts';
import {
  dumpEntries,
  type Losses,
  NETLINK_NETFILTER,
  NO_LOSSES,
  type RawEntry,
  readLosses,
} from '../netlink/families/conntrack.ts';
import { readSysctl } from './sysctl.ts';

const PROTOCOLS: Readonly<Record<number, 'tcp' | 'udp'>> = { 6: 'tcp', 17: 'udp' };
/** TCP_CONNTRACK_TIME_WAIT and TCP_CONNTRACK_CLOSE of include/uapi/linux/netfilter/nf_conntrack_tcp.h. */
const OVER = [7, 8];

/** A tracked connection that was given a local address in the place of its client's. */
export interface Translation {
  readonly mark: number;
  readonly protocol: 'tcp' | 'udp' | 'other';
  readonly localAddress: Address;
  /** 0 for a protocol without ports. */
  readonly localPort: number;
  readonly realServer: Endpoint;
  /** False for a TCP connection that both sides have closed: its port is still taken, but nobody misses it. */
  readonly live: boolean;
}

/** How full the table of tracked connections is, and what was lost since the namespace began. */
export interface Tracking extends Losses {
  readonly count: number;
  readonly limit: number;
}

/** The connections whose mark, under the mask, is this one. None when connections are not tracked. */
export function readTranslations(
  mark: number,
  mask: number,
  options: ConnectionOptions = {},
): Promise<Translation[]> {
  const read = async (connection: Connection) =>
    (await dumpEntries(connection, mark, mask)).map(translationOf);
  return ifTracked([], read, options);
}

export async function readTracking(options: ConnectionOptions = {}): Promise<Tracking> {
  const [count, limit] = await Promise.all(
    ['count', 'max'].map((name) => readSysctl(`net/netfilter/nf_conntrack_${name}`)),
  );
  const losses = await ifTracked(NO_LOSSES, readLosses, options);
  return { count: Number(count ?? 0), limit: Number(limit ?? 0), ...losses };
}

function translationOf(entry: RawEntry): Translation {
  return {
    mark: entry.mark,
    protocol: PROTOCOLS[entry.protocol] ?? 'other',
    localAddress: formatAddress(entry.replyDestination),
    localPort: entry.replyDestinationPort,
    realServer: { address: formatAddress(entry.replySource), port: entry.replySourcePort },
    live: entry.tcpState === undefined || !OVER.includes(entry.tcpState),
  };
}

/** `without` where the kernel has no such subsystem: then nothing is tracked. */
async function ifTracked<T>(
  without: T,
  use: (connection: Connection) => Promise<T>,
  options: ConnectionOptions,
): Promise<T> {
  try {
    return await withConnection(NETLINK_NETFILTER, use, options);
  } catch (error) {
    if (error instanceof NetlinkError && (error.code === 'EINVAL' || error.code === 'EOPNOTSUPP'))
      return without;
    throw error;
  }
}
