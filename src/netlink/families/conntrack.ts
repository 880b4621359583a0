import { decodeAttributes, encodeAttributes, someOf } from '../attributes.ts';
import { nested, octets, u8, u16be, u32be } from '../codecs.ts';
import type { Connection } from '../connection.ts';
import { NetlinkError } from '../errors.ts';
import type { Message } from '../message.ts';
import type { Writer } from '../writer.ts';

/** Protocol number of netfilter's netlink sockets. */
export const NETLINK_NETFILTER = 12;

// Connection tracking: include/uapi/linux/netfilter/nfnetlink_conntrack.h, net/netfilter/nf_conntrack_netlink.c.
const CTNETLINK = 1 << 8;
const IPCTNL_MSG_CT_GET = CTNETLINK | 1;
const IPCTNL_MSG_CT_GET_STATS_CPU = CTNETLINK | 4;
/** Those that ask, and the one that an entry comes in. */
export const CONNTRACK_MESSAGES = {
  IPCTNL_MSG_CT_NEW: CTNETLINK,
  IPCTNL_MSG_CT_GET,
  IPCTNL_MSG_CT_GET_STATS_CPU,
};

/** Bytes of `struct nfgenmsg`: family, version, resource. */
export const NETFILTER_HEADER = 4;

const IP = someOf({
  source: { type: 1, codec: octets },
  destination: { type: 2, codec: octets },
  source6: { type: 3, codec: octets },
  destination6: { type: 4, codec: octets },
});
const PROTOCOL = someOf({
  number: { type: 1, codec: u8 },
  sourcePort: { type: 2, codec: u16be },
  destinationPort: { type: 3, codec: u16be },
});
const TUPLE = someOf({ ip: { type: 1, codec: nested(IP) }, protocol: { type: 2, codec: nested(PROTOCOL) } });
const TCP = someOf({ state: { type: 1, codec: u8 } });
export const ENTRY = someOf({
  reply: { type: 2, codec: nested(TUPLE) },
  protocolInfo: { type: 4, codec: nested(someOf({ tcp: { type: 1, codec: nested(TCP) } })) },
  mark: { type: 8, codec: u32be },
  markMask: { type: 21, codec: u32be },
});
const STATISTICS = someOf({ insertFailed: { type: 9, codec: u32be }, dropped: { type: 10, codec: u32be } });

/** One tracked connection: where its replies come from and go to, which after source NAT is a local address. */
export interface RawEntry {
  readonly mark: number;
  readonly protocol: number;
  readonly replySource: Uint8Array;
  readonly replySourcePort: number;
  readonly replyDestination: Uint8Array;
  readonly replyDestinationPort: number;
  /** The kernel's number of the state of a TCP connection. */
  readonly tcpState: number | undefined;
}

/** The tracked connections whose mark, under the mask, is this one; the kernel sorts them out. */
export function dumpEntries(connection: Connection, mark: number, mask: number): Promise<RawEntry[]> {
  const question = (writer: Writer) => {
    header(writer);
    encodeAttributes(writer, ENTRY, { mark, markMask: mask });
  };
  return connection.dump(IPCTNL_MSG_CT_GET, question, decodeEntry);
}

/** `undefined` for one without the addresses of its replies. */
export function decodeEntry(message: Message): RawEntry | undefined {
  const found = decodeAttributes(ENTRY, message.bytes, bodyStart(message), message.end);
  const { ip, protocol } = found.reply ?? {};
  const replySource = ip?.source ?? ip?.source6;
  const replyDestination = ip?.destination ?? ip?.destination6;
  if (!replySource || !replyDestination) return undefined;
  return {
    mark: found.mark ?? 0,
    protocol: protocol?.number ?? 0,
    replySource,
    replySourcePort: protocol?.sourcePort ?? 0,
    replyDestination,
    replyDestinationPort: protocol?.destinationPort ?? 0,
    tcpState: found.protocolInfo?.tcp?.state,
  };
}

/** What went wrong with new connections since the start of the namespace (net/netfilter/nf_conntrack_core.c). */
export interface Losses {
  /** Could not be entered: no free port, or a clash with another. */
  readonly insertFailures: number;
  /** Packets that were dropped: for want of room in the table, mostly; clashes count here too. */
  readonly drops: number;
}

export async function readLosses(connection: Connection): Promise<Losses> {
  const ofEachProcessor = await connection.dump(IPCTNL_MSG_CT_GET_STATS_CPU, header, decodeLosses);
  return ofEachProcessor.reduce(
    (sum, { insertFailures, drops }) => ({
      insertFailures: sum.insertFailures + insertFailures,
      drops: sum.drops + drops,
    }),
    NO_LOSSES,
  );
}

export const NO_LOSSES: Losses = { insertFailures: 0, drops: 0 };

export function decodeLosses(message: Message): Losses {
  const { bytes, end } = message;
  const { insertFailed = 0, dropped = 0 } = decodeAttributes(STATISTICS, bytes, bodyStart(message), end);
  return { insertFailures: insertFailed, drops: dropped };
}

/** Of both families. */
function header(writer: Writer): void {
  writer.zeros(NETFILTER_HEADER);
}

function bodyStart({ start, end }: { start: number; end: number }): number {
  if (end - start < NETFILTER_HEADER)
    throw new NetlinkError('malformed', 'a netfilter message without its header');
  return start + NETFILTER_HEADER;
}
