import {
  type Attribute,
  type Codec,
  decodeAttributes,
  encodeAttributes,
  type Layout,
  type Values,
} from './attributes.ts';

// How the payload of one attribute is written and read.

export const u8: Codec<number> = {
  size: 1,
  write: (writer, value) => writer.u8(value),
  read: (bytes, start) => bytes[start]!,
};

export const u16: Codec<number> = {
  size: 2,
  write: (writer, value) => writer.u16(value),
  read: (bytes, start) => bytes.readUInt16LE(start),
};

/** In network byte order. */
export const u16be: Codec<number> = {
  size: 2,
  write: (writer, value) => writer.u16be(value),
  read: (bytes, start) => bytes.readUInt16BE(start),
};

export const u32: Codec<number> = {
  size: 4,
  write: (writer, value) => writer.u32(value),
  read: (bytes, start) => bytes.readUInt32LE(start),
};

export const u64: Codec<bigint> = {
  size: 8,
  write: (writer, value) => writer.u64(value),
  read: (bytes, start) => bytes.readBigUInt64LE(start),
};

/** Text that ends at its first NUL, or at the attribute's end. */
export const string: Codec<string> = {
  write: (writer, value) => writer.string(value),
  read(bytes, start, end) {
    let last = start;
    while (last < end && bytes[last] !== 0) last++;
    return bytes.toString('utf8', start, last);
  },
};

/** In network byte order. */
export const u32be: Codec<number> = {
  size: 4,
  write(writer, value) {
    writer.u16be(value >>> 16);
    writer.u16be(value);
  },
  read: (bytes, start) => bytes.readUInt32BE(start),
};

/** As many bytes as there are, copied on reading: addresses, hardware addresses. */
export const octets: Codec<Uint8Array> = {
  write: (writer, value) => writer.bytes(value),
  read: (bytes, start, end) => copyBytes(bytes, start, end),
};

/** Exactly `size` bytes, copied on reading. */
export function binary(size: number): Codec<Uint8Array> {
  return {
    size,
    write: (writer, value) => writer.bytes(value),
    read: (bytes, start) => copyBytes(bytes, start, start + size),
  };
}

/** A copy of some bytes: those of a datagram do not stay. A loop, for these are few. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  for (let index = 0; index < copy.length; index++) copy[index] = bytes[start + index]!;
  return copy;
}

/** Attributes inside an attribute. */
// biome-ignore lint/suspicious/noExplicitAny: a layout holds attributes of every type of value
export function nested<A extends Record<string, Attribute<any>>>(inner: Layout<A>): Codec<Values<Layout<A>>> {
  return {
    inner,
    write: (writer, values) => encodeAttributes(writer, inner, values),
    read: (bytes, start, end, onUnknown) => decodeAttributes(inner, bytes, start, end, onUnknown),
  };
}

/** Where an attribute's payload lies, for one that is read only when it is wanted: before the datagram is gone. */
export interface Region {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The payload unread. */
export const region: Codec<Region> = {
  write: (writer, { bytes, start, end }) => writer.bytes(bytes.subarray(start, end)),
  read: (bytes, start, end) => ({ bytes, start, end }),
};
