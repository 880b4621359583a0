import { type Codec, copyBytes, layout, nested, region, string, u16be, u32 } from './attributes.ts';

/** Protocol number of rtnetlink sockets. */
export const NETLINK_ROUTE = 0;

// Message types, header constants and attribute numbers of include/uapi/linux/rtnetlink.h, if_link.h, if_addr.h,
// neighbour.h and if_tunnel.h.
export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

export const AF_INET = 2;
export const AF_INET6 = 10;

export const IFF_UP = 0x1;
export const IFF_LOOPBACK = 0x8;
export const IFF_NOARP = 0x80;

export const IFA_F_NODAD = 0x02;
export const IFA_F_DADFAILED = 0x08;
export const IFA_F_DEPRECATED = 0x20;
export const IFA_F_TENTATIVE = 0x40;

export const RT_TABLE_MAIN = 254;
export const RTPROT_STATIC = 4;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_ANYCAST = 4;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RTM_F_CLONED = 0x200;

export const NUD_INCOMPLETE = 0x01;
export const NUD_REACHABLE = 0x02;
export const NUD_STALE = 0x04;
export const NUD_DELAY = 0x08;
export const NUD_PROBE = 0x10;
export const NUD_FAILED = 0x20;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;
export const NTF_USE = 0x01;

export const FOREVER = 0xffffffff;

/** An attribute of whatever length: addresses, hardware addresses. */
export const octets: Codec<Uint8Array> = {
  write: (writer, value) => writer.bytes(value),
  read: (bytes, start, end) => copyBytes(bytes, start, end),
};

/** `struct ifa_cacheinfo`: lifetimes in seconds; the two time stamps are the kernel's. */
const lifetimes: Codec<{ preferred: number; valid: number }> = {
  size: 16,
  write(writer, { preferred, valid }) {
    writer.u32(preferred);
    writer.u32(valid);
    writer.zeros(8);
  },
  read: (bytes, start) => ({ preferred: bytes.readUInt32LE(start), valid: bytes.readUInt32LE(start + 4) }),
};

/** A value of one byte. */
const byte: Codec<number> = {
  size: 1,
  write: (writer, value) => writer.u8(value),
  read: (bytes, start) => bytes[start]!,
};

/** IFLA_INFO_DATA of `ip6tnl`: the two ends and what is carried (0 is anything). */
export const IP6TNL = layout({
  local: { type: 2, codec: octets },
  remote: { type: 3, codec: octets },
  ttl: { type: 4, codec: byte },
  flags: { type: 8, codec: u32 },
  protocol: { type: 9, codec: byte },
});

const LINK_INFO = layout({
  kind: { type: 1, codec: string },
  ip6tnl: { type: 2, codec: nested(IP6TNL) },
});

/** What is read of a link's kind: its data is another for every kind. */
const LINK_KIND = layout({ kind: { type: 1, codec: string } });

export const LINK = layout({
  hardwareAddress: { type: 1, codec: octets },
  name: { type: 3, codec: string },
  mtu: { type: 4, codec: u32 },
  master: { type: 10, codec: u32 },
  info: { type: 18, codec: nested(LINK_KIND) },
});

export const NEW_LINK = layout({
  name: { type: 3, codec: string },
  info: { type: 18, codec: nested(LINK_INFO) },
});

export const ADDRESS = layout({
  address: { type: 1, codec: octets },
  local: { type: 2, codec: octets },
  lifetimes: { type: 6, codec: lifetimes },
  flags: { type: 8, codec: u32 },
});

/** `struct rtvia`: a gateway of another family than the route's. */
const via: Codec<Uint8Array> = {
  write(writer, address) {
    writer.u16(address.length === 4 ? AF_INET : AF_INET6);
    writer.bytes(address);
  },
  read: (bytes, start, end) => copyBytes(bytes, start + 2, end),
};

/** RTA_METRICS: the RTAX_… numbers. */
const METRICS = layout({ mtu: { type: 2, codec: u32 } });

export const ROUTE = layout({
  destination: { type: 1, codec: octets },
  source: { type: 2, codec: octets },
  inputDevice: { type: 3, codec: u32 },
  device: { type: 4, codec: u32 },
  gateway: { type: 5, codec: octets },
  metric: { type: 6, codec: u32 },
  preferredSource: { type: 7, codec: octets },
  metrics: { type: 8, codec: nested(METRICS) },
  /** Several next hops. */
  multipath: { type: 9, codec: region },
  table: { type: 15, codec: u32 },
  mark: { type: 16, codec: u32 },
  via: { type: 18, codec: via },
});

export const NEIGHBOUR = layout({
  address: { type: 1, codec: octets },
  hardwareAddress: { type: 2, codec: octets },
});

/** Attributes of the generic netlink family `fou`: include/uapi/linux/fou.h. */
export const FOU = layout({
  port: { type: 1, codec: u16be },
  family: { type: 2, codec: byte },
  protocol: { type: 3, codec: byte },
  encapsulation: { type: 4, codec: byte },
});
