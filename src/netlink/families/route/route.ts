import { AF_INET, AF_INET6, AF_UNSPEC, isInternet } from '../../address-family.ts';
import { type Codec, decodeAttributes, encodeAttributes, someOf } from '../../attributes.ts';
import { copyBytes, nested, octets, region, u32 } from '../../codecs.ts';
import type { Connection } from '../../connection.ts';
import { type Message, NLM_F_CREATE, NLM_F_EXCL } from '../../message.ts';
import type { Writer } from '../../writer.ts';
import { attributesStart } from './message.ts';

// Routes: struct rtmsg and RTA_… of include/uapi/linux/rtnetlink.h. What the kernel answers for one destination is in
// resolved-route.ts.

export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;

const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_ANYCAST = 4;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
const RTM_F_CLONED = 0x200;

/** `struct rtvia`: a gateway of another family than the route's. */
const via: Codec<Uint8Array> = {
  write(writer, address) {
    writer.u16(address.length === 4 ? AF_INET : AF_INET6);
    writer.bytes(address);
  },
  read: (bytes, start, end) => copyBytes(bytes, start + 2, end),
};

/** RTA_METRICS: the RTAX_… numbers. */
const METRICS = someOf({ mtu: { type: 2, codec: u32 } });

export const ROUTE = someOf({
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

/** Bytes of `struct rtmsg`. */
export const ROUTE_HEADER = 12;

interface RouteHeader {
  readonly family: number;
  readonly prefixLength: number;
  readonly protocol: number;
  readonly type: number;
}

function encodeHeader(writer: Writer, header: RouteHeader): void {
  writer.u8(header.family);
  writer.u8(header.prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u8(RT_TABLE_MAIN);
  writer.u8(header.protocol);
  writer.u8(0);
  writer.u8(header.type);
  writer.u32(0);
}

export interface RawRoute {
  readonly family: number;
  readonly prefixLength: number;
  readonly destination: Uint8Array | undefined;
  readonly gateway: Uint8Array | undefined;
  readonly index: number;
  readonly metric: number;
}

/** `undefined` for a route that is not an IP unicast route of the main table, or has several next hops. */
export function decodeRoute(message: Message): RawRoute | undefined {
  const at = attributesStart(message, ROUTE_HEADER);
  const { bytes, start, end } = message;
  const values = decodeAttributes(ROUTE, bytes, at, end);
  const family = bytes[start]!;
  const table = values.table ?? bytes[start + 4]!;
  const cloned = (bytes.readUInt32LE(start + 8) & RTM_F_CLONED) !== 0;
  const unicast = bytes[start + 7] === RTN_UNICAST;
  if (!isInternet(family) || table !== RT_TABLE_MAIN || cloned || !unicast || values.multipath)
    return undefined;
  return {
    family,
    prefixLength: bytes[start + 1]!,
    destination: values.destination,
    gateway: values.gateway,
    index: values.device ?? 0,
    metric: values.metric ?? 0,
  };
}

export function dumpRoutes(connection: Connection): Promise<RawRoute[]> {
  const header = (writer: Writer) =>
    encodeHeader(writer, { family: AF_UNSPEC, prefixLength: 0, protocol: 0, type: 0 });
  return connection.dump(RTM_GETROUTE, header, decodeRoute);
}

export interface NewRoute {
  readonly family: number;
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  readonly gateway: Uint8Array;
  readonly index: number;
}

/** Adds a static route by way of a gateway. Rejects with `EEXIST` when there is one of the same prefix and metric. */
export function addRoute(connection: Connection, route: NewRoute): Promise<void> {
  return putOrDelete(connection, RTM_NEWROUTE, route, NLM_F_CREATE | NLM_F_EXCL);
}

export function deleteRoute(connection: Connection, route: NewRoute): Promise<void> {
  return putOrDelete(connection, RTM_DELROUTE, route, 0);
}

function putOrDelete(connection: Connection, type: number, route: NewRoute, flags: number): Promise<void> {
  const { family, prefixLength, destination, gateway, index } = route;
  return connection.request(
    type,
    (writer) => {
      encodeHeader(writer, { family, prefixLength, protocol: RTPROT_STATIC, type: RTN_UNICAST });
      encodeAttributes(writer, ROUTE, { destination, device: index, gateway });
    },
    undefined,
    flags,
  );
}
