import type { Codec } from './attributes.ts';
import { decodeAttributes, encodeAttributes, layout, nested, u8, u16be } from './attributes.ts';
import type { Connection } from './connection.ts';
import { NetlinkError } from './errors.ts';
import { octets } from './route-layout.ts';
import type { Writer } from './writer.ts';

/** Protocol number of netfilter's netlink sockets. */
export const NETLINK_NETFILTER = 12;

// Connection tracking: include/uapi/linux/netfilter/nfnetlink_conntrack.h, net/netfilter/nf_conntrack_netlink.c.
const CTNETLINK = 1 << 8;
const IPCTNL_MSG_CT_GET = CTNETLINK | 1;
const IPCTNL_MSG_CT_GET_STATS_CPU = CTNETLINK | 4;

/** Bytes of `struct nfgenmsg`: family, version, resource. */
const HEADER = 4;

const u32be: Codec<number> = {
  size: 4,
  write(writer, value) {
    writer.u16be(value >>> 16);
    writer.u16be(value);
  },
  read: (bytes, start) => bytes.readUInt32BE(start),
};

const IP = layout({
  source: { type: 1, codec: octets },
  destination: { type: 2, codec: octets },
  source6: { type: 3, codec: octets },
  destination6: { type: 4, codec: octets },
});
const PROTOCOL = layout({
  number: { type: 1, codec: u8 },
  sourcePort: { type: 2, codec: u16be },
  destinationPort: { type: 3, codec: u16be },
});
const TUPLE = layout({ ip: { type: 1, codec: nested(IP) }, protocol: { type: 2, codec: nested(PROTOCOL) } });
const TCP = layout({ state: { type: 1, codec: u8 } });
const ENTRY = layout({
  reply: { type: 2, codec: nested(TUPLE) },
  protocolInfo: { type: 4, codec: nested(layout({ tcp: { type: 1, codec: nested(TCP) } })) },
  mark: { type: 8, codec: u32be },
  markMask: { type: 21, codec: u32be },
});
const STATISTICS = layout({ insertFailed: { type: 9, codec: u32be } });

/** One tracked connection: where its replies come from and go to, which after source NAT is a local address. */
export interface RawEntry {
  readonly mark: number;
  readonly protocol: number;
  readonly replySource: Uint8Array;
  readonly replySourcePort: number;
  readonly replyDestination: Uint8Array;
  /** The kernel's number of the state of a TCP connection. */
  readonly tcpState: number | undefined;
}

/** The tracked connections whose mark, under the mask, is this one; the kernel sorts them out. */
export async function dumpEntries(connection: Connection, mark: number, mask: number): Promise<RawEntry[]> {
  const entries: RawEntry[] = [];
  const question = (writer: Writer) => {
    header(writer);
    encodeAttributes(writer, ENTRY, { mark, markMask: mask });
  };
  await connection.dump(IPCTNL_MSG_CT_GET, question, (message) => {
    const found = decodeAttributes(ENTRY, message.bytes, bodyStart(message), message.end);
    const { ip, protocol } = found.reply ?? {};
    const replySource = ip?.source ?? ip?.source6;
    const replyDestination = ip?.destination ?? ip?.destination6;
    if (!replySource || !replyDestination) return;
    entries.push({
      mark: found.mark ?? 0,
      protocol: protocol?.number ?? 0,
      replySource,
      replySourcePort: protocol?.sourcePort ?? 0,
      replyDestination,
      tcpState: found.protocolInfo?.tcp?.state,
    });
  });
  return entries;
}

/** How often a connection could not be entered, since the start of the namespace: no free port, or a clash. */
export async function readInsertFailures(connection: Connection): Promise<number> {
  let sum = 0;
  await connection.dump(IPCTNL_MSG_CT_GET_STATS_CPU, header, (message) => {
    sum += decodeAttributes(STATISTICS, message.bytes, bodyStart(message), message.end).insertFailed ?? 0;
  });
  return sum;
}

/** Of both families. */
function header(writer: Writer): void {
  writer.zeros(HEADER);
}

function bodyStart({ start, end }: { start: number; end: number }): number {
  if (end - start < HEADER) throw new NetlinkError('malformed', 'a netfilter message without its header');
  return start + HEADER;
}
