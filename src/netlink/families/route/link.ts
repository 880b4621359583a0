import { decodeAttributes, encodeAttributes, someOf } from '../../attributes.ts';
import { nested, octets, string, u8, u32 } from '../../codecs.ts';
import type { Connection } from '../../connection.ts';
import { type Message, NLM_F_CREATE, NLM_F_EXCL } from '../../message.ts';
import type { Writer } from '../../writer.ts';
import { attributesStart } from './message.ts';

// Links, which are network devices: struct ifinfomsg and IFLA_… of include/uapi/linux/rtnetlink.h, if_link.h, if.h and
// if_tunnel.h.

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;

const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_NOARP = 0x80;
/** Does not put in its limit of encapsulations, which a receiver has no use for. */
const IP6_TNL_F_IGN_ENCAP_LIMIT = 0x1;

/** IFLA_INFO_DATA of `ip6tnl`: the two ends and what is carried (0 is anything). */
const IP6TNL = someOf({
  local: { type: 2, codec: octets },
  remote: { type: 3, codec: octets },
  ttl: { type: 4, codec: u8 },
  flags: { type: 8, codec: u32 },
  protocol: { type: 9, codec: u8 },
});

/** What is read of a link's kind: its data is another for every kind. */
const LINK_KIND = someOf({ kind: { type: 1, codec: string } });

export const LINK = someOf({
  hardwareAddress: { type: 1, codec: octets },
  name: { type: 3, codec: string },
  mtu: { type: 4, codec: u32 },
  master: { type: 10, codec: u32 },
  info: { type: 18, codec: nested(LINK_KIND) },
});

const NEW_LINK = someOf({
  name: { type: 3, codec: string },
  info: {
    type: 18,
    codec: nested(someOf({ kind: { type: 1, codec: string }, ip6tnl: { type: 2, codec: nested(IP6TNL) } })),
  },
});

/** Bytes of `struct ifinfomsg`. */
export const LINK_HEADER = 16;

interface LinkHeader {
  readonly index: number;
  readonly flags: number;
  /** Which of the flags are to be changed. */
  readonly change: number;
}

function encodeHeader(writer: Writer, { index, flags, change }: LinkHeader): void {
  writer.u32(0);
  writer.u32(index);
  writer.u32(flags);
  writer.u32(change);
}

/** A link as the kernel tells it. */
export interface RawLink {
  readonly index: number;
  readonly up: boolean;
  readonly loopback: boolean;
  readonly noArp: boolean;
  readonly name: string;
  readonly mtu: number;
  readonly hardwareAddress: Uint8Array;
  readonly kind: string;
  readonly master: number;
}

export function decodeLink(message: Message): RawLink {
  const at = attributesStart(message, LINK_HEADER);
  const { bytes, start, end } = message;
  const flags = bytes.readUInt32LE(start + 8);
  const { name = '', mtu = 0, hardwareAddress, master, info } = decodeAttributes(LINK, bytes, at, end);
  return {
    index: bytes.readInt32LE(start + 4),
    up: (flags & IFF_UP) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
    noArp: (flags & IFF_NOARP) !== 0,
    name,
    mtu,
    hardwareAddress: hardwareAddress ?? new Uint8Array(),
    kind: info?.kind ?? '',
    master: master ?? 0,
  };
}

export function dumpLinks(connection: Connection): Promise<RawLink[]> {
  const header = (writer: Writer) => encodeHeader(writer, { index: 0, flags: 0, change: 0 });
  return connection.dump(RTM_GETLINK, header, decodeLink);
}

export function setLinkUp(connection: Connection, index: number, up: boolean): Promise<void> {
  return connection.request(RTM_NEWLINK, (writer) =>
    encodeHeader(writer, { index, flags: up ? IFF_UP : 0, change: IFF_UP }),
  );
}

/** A virtual device to be made; `local` is the own end of an `ip6tnl` that takes packets from anywhere. */
export interface NewLink {
  readonly name: string;
  readonly kind: string;
  readonly local?: Uint8Array;
}

/** Makes a virtual device; the kernel loads the module of its kind. */
export function createLink(connection: Connection, { name, kind, local }: NewLink): Promise<void> {
  const remote = local && new Uint8Array(local.length);
  // Protocol 0 takes IPv4 as well as IPv6.
  const ip6tnl = local && { local, remote, ttl: 64, flags: IP6_TNL_F_IGN_ENCAP_LIMIT, protocol: 0 };
  return connection.request(
    RTM_NEWLINK,
    (writer) => {
      encodeHeader(writer, { index: 0, flags: 0, change: 0 });
      encodeAttributes(writer, NEW_LINK, { name, info: ip6tnl ? { kind, ip6tnl } : { kind } });
    },
    undefined,
    NLM_F_CREATE | NLM_F_EXCL,
  );
}

export function deleteLink(connection: Connection, index: number): Promise<void> {
  return connection.request(RTM_DELLINK, (writer) => encodeHeader(writer, { index, flags: 0, change: 0 }));
}
