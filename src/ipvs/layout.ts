import { type Attribute, type Codec, layout, someOf, type Values, without } from '../netlink/attributes.ts';
import { binary, nested, region, string, u8, u16, u16be, u32, u64 } from '../netlink/codecs.ts';
import { CMD, CMD_ATTR, DAEMON_ATTR, DEST_ATTR, INFO_ATTR, STATS_ATTR, SVC_ATTR } from './constants.ts';

const attribute = <T>(type: number, codec: Codec<T>): Attribute<T> => ({ type, codec });

/** `struct ip_vs_flags`: the flags, and which of them are meant. */
const flags: Codec<number> = {
  size: 8,
  write(writer, value) {
    writer.u32(value);
    writer.u32(0xffffffff);
  },
  read: (bytes, start) => bytes.readUInt32LE(start),
};

/** Where the 4 or 16 bytes of an address begin. One that was read is good as long as its datagram is. */
export interface AddressBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
}

/** An address takes 16 bytes, also an IPv4 one, which is in the first four. */
const address: Codec<AddressBytes> = {
  size: 16,
  write(writer, { bytes, start }) {
    for (let index = 0; index < 16; index++) writer.u8(bytes[start + index] ?? 0);
  },
  read: (bytes, start) => ({ bytes, start }),
};

export const SERVICE = layout({
  family: attribute(SVC_ATTR.AF, u16),
  fwmark: attribute(SVC_ATTR.FWMARK, u32),
  protocol: attribute(SVC_ATTR.PROTOCOL, u16),
  address: attribute(SVC_ATTR.ADDR, address),
  port: attribute(SVC_ATTR.PORT, u16be),
  scheduler: attribute(SVC_ATTR.SCHED_NAME, string),
  engine: attribute(SVC_ATTR.PE_NAME, string),
  flags: attribute(SVC_ATTR.FLAGS, flags),
  timeout: attribute(SVC_ATTR.TIMEOUT, u32),
  netmask: attribute(SVC_ATTR.NETMASK, u32),
  stats: attribute(SVC_ATTR.STATS, region),
  stats64: attribute(SVC_ATTR.STATS64, region),
});
export type ServiceValues = Values<typeof SERVICE>;

export const DESTINATION = layout({
  family: attribute(DEST_ATTR.ADDR_FAMILY, u16),
  address: attribute(DEST_ATTR.ADDR, address),
  port: attribute(DEST_ATTR.PORT, u16be),
  forwarding: attribute(DEST_ATTR.FWD_METHOD, u32),
  weight: attribute(DEST_ATTR.WEIGHT, u32),
  tunnelType: attribute(DEST_ATTR.TUN_TYPE, u8),
  tunnelPort: attribute(DEST_ATTR.TUN_PORT, u16be),
  tunnelFlags: attribute(DEST_ATTR.TUN_FLAGS, u16),
  upperThreshold: attribute(DEST_ATTR.U_THRESH, u32),
  lowerThreshold: attribute(DEST_ATTR.L_THRESH, u32),
  activeConnections: attribute(DEST_ATTR.ACTIVE_CONNS, u32),
  inactiveConnections: attribute(DEST_ATTR.INACT_CONNS, u32),
  persistentConnections: attribute(DEST_ATTR.PERSIST_CONNS, u32),
  stats: attribute(DEST_ATTR.STATS, region),
  stats64: attribute(DEST_ATTR.STATS64, region),
});
export type DestinationValues = Values<typeof DESTINATION>;

export const DAEMON = layout({
  state: attribute(DAEMON_ATTR.STATE, u32),
  interface: attribute(DAEMON_ATTR.MCAST_IFN, string),
  syncId: attribute(DAEMON_ATTR.SYNC_ID, u32),
  maxLength: attribute(DAEMON_ATTR.SYNC_MAXLEN, u16),
  group: attribute(DAEMON_ATTR.MCAST_GROUP, binary(4)),
  group6: attribute(DAEMON_ATTR.MCAST_GROUP6, binary(16)),
  // In host byte order, unlike every other port of this interface.
  port: attribute(DAEMON_ATTR.MCAST_PORT, u16),
  ttl: attribute(DAEMON_ATTR.MCAST_TTL, u8),
});
export type DaemonValues = Values<typeof DAEMON>;

/** What every message but GET_INFO's answer is made of. */
export const COMMAND = layout({
  service: attribute(CMD_ATTR.SERVICE, nested(SERVICE)),
  destination: attribute(CMD_ATTR.DEST, nested(DESTINATION)),
  daemon: attribute(CMD_ATTR.DAEMON, nested(DAEMON)),
  timeoutTcp: attribute(CMD_ATTR.TIMEOUT_TCP, u32),
  timeoutTcpFin: attribute(CMD_ATTR.TIMEOUT_TCP_FIN, u32),
  timeoutUdp: attribute(CMD_ATTR.TIMEOUT_UDP, u32),
});
export type CommandValues = Values<typeof COMMAND>;

/** For listings that show no counters: these are most of what a message holds, and are passed over. */
export const COMMAND_WITHOUT_COUNTERS: typeof COMMAND = layout({
  ...COMMAND.attributes,
  service: attribute(CMD_ATTR.SERVICE, nested(without(SERVICE, ['stats', 'stats64']))),
  destination: attribute(CMD_ATTR.DEST, nested(without(DESTINATION, ['stats', 'stats64']))),
});

export const INFO = layout({
  version: attribute(INFO_ATTR.VERSION, u32),
  connectionTableSize: attribute(INFO_ATTR.CONN_TAB_SIZE, u32),
});

const counters = <W, N>(wide: Codec<W>, narrow: Codec<N>) =>
  someOf({
    connections: attribute(STATS_ATTR.CONNS, narrow),
    incomingPackets: attribute(STATS_ATTR.INPKTS, narrow),
    outgoingPackets: attribute(STATS_ATTR.OUTPKTS, narrow),
    incomingBytes: attribute(STATS_ATTR.INBYTES, wide),
    outgoingBytes: attribute(STATS_ATTR.OUTBYTES, wide),
    connectionRate: attribute(STATS_ATTR.CPS, narrow),
    incomingPacketRate: attribute(STATS_ATTR.INPPS, narrow),
    outgoingPacketRate: attribute(STATS_ATTR.OUTPPS, narrow),
    incomingByteRate: attribute(STATS_ATTR.INBPS, narrow),
    outgoingByteRate: attribute(STATS_ATTR.OUTBPS, narrow),
  });
/** The counters of kernels since 4.1. */
export const COUNTERS_64 = counters(u64, u64);
/** The counters of all kernels; only the bytes are wider than 32 bits. */
export const COUNTERS_32 = counters(u64, u32);

/** What a message of a command is made of: for GET_INFO's answer, whose command is SET_INFO, something of its own. */
export function layoutOf(command: number): typeof COMMAND | typeof INFO {
  return command === CMD.SET_INFO ? INFO : COMMAND;
}
