import { decodeAttributes, encodeAttributes } from './attributes.ts';
import { NetlinkError } from './errors.ts';
import type { Message } from './message.ts';
import {
  ADDRESS,
  AF_INET,
  AF_INET6,
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_TENTATIVE,
  IFF_LOOPBACK,
  IFF_NOARP,
  IFF_UP,
  LINK,
  NEIGHBOUR,
  ROUTE,
  RT_TABLE_MAIN,
  RTM_F_CLONED,
  RTN_UNICAST,
} from './route-layout.ts';
import type { Writer } from './writer.ts';

// The fixed headers of rtnetlink: struct ifinfomsg, ifaddrmsg, rtmsg and ndmsg, each written and read side by side.

const IFINFOMSG = 16;
const IFADDRMSG = 8;
const RTMSG = 12;
const NDMSG = 12;

export interface LinkHeader {
  readonly index: number;
  readonly flags: number;
  /** Which of the flags are to be changed. */
  readonly change: number;
}

export function encodeLinkHeader(writer: Writer, { index, flags, change }: LinkHeader): void {
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
  const at = payload(message, IFINFOMSG);
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

export interface AddressHeader {
  readonly family: number;
  readonly prefixLength: number;
  readonly index: number;
}

/** Flags travel in an attribute, and the scope is global: 0. */
export function encodeAddressHeader(writer: Writer, { family, prefixLength, index }: AddressHeader): void {
  writer.u8(family);
  writer.u8(prefixLength);
  writer.u8(0);
  writer.u8(0);
  writer.u32(index);
}

export interface RawAddress extends AddressHeader {
  readonly address: Uint8Array;
  readonly deprecated: boolean;
  readonly tentative: boolean;
  readonly duplicate: boolean;
}

/** `undefined` for an address that is neither IPv4 nor IPv6. */
export function decodeAddress(message: Message): RawAddress | undefined {
  const at = payload(message, IFADDRMSG);
  const { bytes, start, end } = message;
  const values = decodeAttributes(ADDRESS, bytes, at, end);
  const family = bytes[start]!;
  // IFA_ADDRESS is the peer's on a point-to-point link; the own one is IFA_LOCAL where there is one.
  const address = values.local ?? values.address;
  if (!address || !knownFamily(family)) return undefined;
  const flags = values.flags ?? bytes[start + 2]!;
  return {
    family,
    prefixLength: bytes[start + 1]!,
    index: bytes.readUInt32LE(start + 4),
    address,
    // The kernel sets the flag only when its timer comes by; the lifetime says it at once.
    deprecated: (flags & IFA_F_DEPRECATED) !== 0 || values.lifetimes?.preferred === 0,
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    duplicate: (flags & IFA_F_DADFAILED) !== 0,
  };
}

export interface RouteHeader {
  readonly family: number;
  readonly prefixLength: number;
  readonly protocol: number;
  readonly type: number;
}

export function encodeRouteHeader(writer: Writer, header: RouteHeader): void {
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
  const at = payload(message, RTMSG);
  const { bytes, start, end } = message;
  const values = decodeAttributes(ROUTE, bytes, at, end);
  const family = bytes[start]!;
  const table = values.table ?? bytes[start + 4]!;
  const cloned = (bytes.readUInt32LE(start + 8) & RTM_F_CLONED) !== 0;
  const unicast = bytes[start + 7] === RTN_UNICAST;
  if (!knownFamily(family) || table !== RT_TABLE_MAIN || cloned || !unicast || values.multipath)
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

/** What the kernel is asked to find the route of. */
export interface RouteQuestion {
  readonly family: number;
  readonly destination: Uint8Array;
  readonly source?: Uint8Array | undefined;
  /** The device that the packet came in by: asks how it is forwarded, where otherwise it is one of this host's own. */
  readonly inputDevice?: number | undefined;
  readonly mark?: number | undefined;
}

export function encodeRouteQuestion(writer: Writer, { family, ...question }: RouteQuestion): void {
  const { destination, source } = question;
  writer.u8(family);
  writer.u8(8 * destination.length);
  writer.u8(source ? 8 * source.length : 0);
  writer.zeros(9);
  encodeAttributes(writer, ROUTE, question);
}

/** The kernel's answer for one destination. */
export interface RawResolvedRoute {
  /** RTN_… */
  readonly type: number;
  readonly index: number;
  readonly gateway: Uint8Array | undefined;
  readonly source: Uint8Array | undefined;
  readonly mtu: number | undefined;
}

export function decodeResolvedRoute(message: Message): RawResolvedRoute {
  const at = payload(message, RTMSG);
  const { bytes, start, end } = message;
  const { device, gateway, via, preferredSource, metrics } = decodeAttributes(ROUTE, bytes, at, end);
  return {
    type: bytes[start + 7]!,
    index: device ?? 0,
    gateway: gateway ?? via,
    source: preferredSource,
    mtu: metrics?.mtu,
  };
}

export interface NeighbourHeader {
  readonly family: number;
  readonly index: number;
  readonly state: number;
  readonly flags: number;
}

export function encodeNeighbourHeader(writer: Writer, header: NeighbourHeader): void {
  writer.u8(header.family);
  writer.u8(0);
  writer.u16(0);
  writer.u32(header.index);
  writer.u16(header.state);
  writer.u8(header.flags);
  writer.u8(0);
}

export interface RawNeighbour {
  readonly index: number;
  readonly state: number;
  readonly address: Uint8Array;
  readonly hardwareAddress: Uint8Array;
}

/** `undefined` for a neighbour that is not an IP one. */
export function decodeNeighbour(message: Message): RawNeighbour | undefined {
  const at = payload(message, NDMSG);
  const { bytes, start, end } = message;
  const { address, hardwareAddress } = decodeAttributes(NEIGHBOUR, bytes, at, end);
  if (!address || !knownFamily(bytes[start]!)) return undefined;
  return {
    index: bytes.readInt32LE(start + 4),
    state: bytes.readUInt16LE(start + 8),
    address,
    hardwareAddress: hardwareAddress ?? new Uint8Array(),
  };
}

function knownFamily(family: number): boolean {
  return family === AF_INET || family === AF_INET6;
}

function payload({ start, end }: Message, header: number): number {
  if (end - start < header) throw new NetlinkError('malformed', 'an rtnetlink message without its header');
  return start + header;
}
