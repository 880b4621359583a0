import { NetlinkError } from './errors.ts';
import type { Writer } from './writer.ts';

/** How one attribute's payload is written and read. `size` is its exact length in bytes, where it has one. */
export interface Codec<T> {
  readonly size?: number;
  /** Whether the payload is attributes again, which the attribute's type then says. */
  readonly nested?: true;
  write(writer: Writer, value: T): void;
  read(bytes: Buffer, start: number, end: number): T;
}

/** One attribute of a layout: its number in the kernel's header, and its codec. */
export interface Attribute<T> {
  readonly type: number;
  readonly codec: Codec<T>;
}

// biome-ignore lint/suspicious/noExplicitAny: a layout holds attributes of every type of value
type AnyAttribute = Attribute<any>;

/** A table of attributes, described once and used for writing and for reading. */
export interface Layout<A extends Record<string, AnyAttribute>> {
  readonly attributes: A;
  readonly byType: ReadonlyMap<number, readonly [name: keyof A & string, attribute: AnyAttribute]>;
}

/** The values of a layout's attributes; every one may be absent. */
export type Values<L> =
  L extends Layout<infer A>
    ? { -readonly [K in keyof A]?: (A[K] extends Attribute<infer T> ? T : never) | undefined }
    : never;

export function layout<A extends Record<string, AnyAttribute>>(attributes: A): Layout<A> {
  return {
    attributes,
    byType: new Map(Object.entries(attributes).map((entry) => [entry[1].type, entry])),
  };
}

/** The same layout, but for some attributes that are passed over in reading. */
export function without<A extends Record<string, AnyAttribute>>(
  { attributes, byType }: Layout<A>,
  names: readonly (keyof A)[],
): Layout<A> {
  return { attributes, byType: new Map([...byType].filter(([, [name]]) => !names.includes(name))) };
}

const HEADER = 4;
/** The two top bits of an attribute's type are flags: nested, network byte order. */
const TYPE_MASK = 0x3fff;
const NLA_F_NESTED = 0x8000;

/** Writes the attributes that `values` names, in its order. */
export function encodeAttributes<A extends Record<string, AnyAttribute>>(
  writer: Writer,
  { attributes }: Layout<A>,
  values: Values<Layout<A>>,
): void {
  for (const name in values) {
    const value: unknown = values[name];
    if (value === undefined) continue;
    const { type, codec } = attributes[name]!;
    const start = writer.length;
    writer.u16(0);
    writer.u16(codec.nested ? type | NLA_F_NESTED : type);
    codec.write(writer, value);
    writer.setU16(start, writer.length - start);
    writer.align();
  }
}

/**
 * Reads attributes from `start` to `end`. Attributes that the layout does not know are passed over: a newer kernel
 * may send them. Throws a `malformed` NetlinkError for lengths that cannot be.
 */
export function decodeAttributes<A extends Record<string, AnyAttribute>>(
  { byType }: Layout<A>,
  bytes: Buffer,
  start: number,
  end: number,
): Values<Layout<A>> {
  const values: Record<string, unknown> = {};
  for (let at = start; at + HEADER <= end; ) {
    const to = attributeEnd(bytes, at, end);
    const known = byType.get(attributeType(bytes, at));
    if (known) values[known[0]] = readAttribute(known[1], bytes, at + HEADER, to);
    at = nextAttribute(at, to);
  }
  return values as Values<Layout<A>>;
}

function readAttribute<T>({ type, codec }: Attribute<T>, bytes: Buffer, from: number, to: number): T {
  if (codec.size !== undefined && to - from < codec.size) {
    throw new NetlinkError('malformed', `attribute ${type} has ${to - from} bytes instead of ${codec.size}`);
  }
  return codec.read(bytes, from, to);
}

/** Calls `visit` with the type and the payload's bounds of each attribute from `start` to `end`. */
export function eachAttribute(
  bytes: Buffer,
  start: number,
  end: number,
  visit: (type: number, from: number, to: number) => void,
): void {
  for (let at = start; at + HEADER <= end; ) {
    const to = attributeEnd(bytes, at, end);
    visit(attributeType(bytes, at), at + HEADER, to);
    at = nextAttribute(at, to);
  }
}

function attributeType(bytes: Uint8Array, at: number): number {
  return (bytes[at + 2]! | (bytes[at + 3]! << 8)) & TYPE_MASK;
}

/** Where the payload of the attribute at `at` ends. */
function attributeEnd(bytes: Uint8Array, at: number, end: number): number {
  const length = bytes[at]! | (bytes[at + 1]! << 8);
  if (length >= HEADER && at + length <= end) return at + length;
  throw new NetlinkError('malformed', `an attribute of ${length} bytes where ${end - at} are left`);
}

/** Where the attribute behind the one from `at` to `end` begins. */
function nextAttribute(at: number, end: number): number {
  return at + ((end - at + 3) & ~3);
}

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
export function nested<A extends Record<string, AnyAttribute>>(inner: Layout<A>): Codec<Values<Layout<A>>> {
  return {
    nested: true,
    write: (writer, values) => encodeAttributes(writer, inner, values),
    read: (bytes, start, end) => decodeAttributes(inner, bytes, start, end),
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
