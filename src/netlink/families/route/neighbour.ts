import { AF_UNSPEC, isInternet } from '../../address-family.ts';
import { decodeAttributes, encodeAttributes, someOf } from '../../attributes.ts';
import { octets } from '../../codecs.ts';
import type { Connection } from '../../connection.ts';
import { type Message, NLM_F_CREATE } from '../../message.ts';
import type { Writer } from '../../writer.ts';
import { attributesStart } from './message.ts';

// Neighbours, which are other hosts on a segment: struct ndmsg and NDA_… of include/uapi/linux/neighbour.h.

export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

export const NUD_INCOMPLETE = 0x01;
export const NUD_REACHABLE = 0x02;
export const NUD_STALE = 0x04;
export const NUD_DELAY = 0x08;
export const NUD_PROBE = 0x10;
export const NUD_FAILED = 0x20;
export const NUD_NOARP = 0x40;
export const NUD_PERMANENT = 0x80;
const NTF_USE = 0x01;

export const NEIGHBOUR = someOf({
  address: { type: 1, codec: octets },
  hardwareAddress: { type: 2, codec: octets },
});

/** Bytes of `struct ndmsg`. */
export const NEIGHBOUR_HEADER = 12;

interface NeighbourHeader {
  readonly family: number;
  readonly index: number;
  readonly flags: number;
}

/** No state: it is the kernel's to find out. */
function encodeHeader(writer: Writer, { family, index, flags }: NeighbourHeader): void {
  writer.u8(family);
  writer.u8(0);
  writer.u16(0);
  writer.u32(index);
  writer.u16(0);
  writer.u8(flags);
  writer.u8(0);
}

export interface RawNeighbour {
  readonly index: number;
  /** NUD_… */
  readonly state: number;
  readonly address: Uint8Array;
  readonly hardwareAddress: Uint8Array;
}

/** `undefined` for a neighbour that is not an IP one. */
export function decodeNeighbour(message: Message): RawNeighbour | undefined {
  const at = attributesStart(message, NEIGHBOUR_HEADER);
  const { bytes, start, end } = message;
  const { address, hardwareAddress } = decodeAttributes(NEIGHBOUR, bytes, at, end);
  if (!address || !isInternet(bytes[start]!)) return undefined;
  return {
    index: bytes.readInt32LE(start + 4),
    state: bytes.readUInt16LE(start + 8),
    address,
    hardwareAddress: hardwareAddress ?? new Uint8Array(),
  };
}

export function dumpNeighbours(connection: Connection): Promise<RawNeighbour[]> {
  const header = (writer: Writer) => encodeHeader(writer, { family: AF_UNSPEC, index: 0, flags: 0 });
  return connection.dump(RTM_GETNEIGH, header, decodeNeighbour);
}

export interface NeighbourKey {
  readonly family: number;
  readonly index: number;
  readonly address: Uint8Array;
}

/** Has the kernel ask on the wire who has an address. The answer is found in the neighbour table. */
export function solicitNeighbour(connection: Connection, key: NeighbourKey): Promise<void> {
  return neighbourRequest(connection, RTM_NEWNEIGH, key, NTF_USE, NLM_F_CREATE);
}

/** Forgets a neighbour. */
export function deleteNeighbour(connection: Connection, key: NeighbourKey): Promise<void> {
  return neighbourRequest(connection, RTM_DELNEIGH, key, 0, 0);
}

function neighbourRequest(
  connection: Connection,
  type: number,
  { family, index, address }: NeighbourKey,
  neighbourFlags: number,
  flags: number,
): Promise<void> {
  return connection.request(
    type,
    (writer) => {
      encodeHeader(writer, { family, index, flags: neighbourFlags });
      encodeAttributes(writer, NEIGHBOUR, { address });
    },
    undefined,
    flags,
  );
}
