import { NetlinkError } from './errors.ts';
import type { Writer } from './writer.ts';

/** How one attribute's payload is written and read. `size` is its exact length in bytes, where it has one. */
export interface Codec<T> {
  readonly size?: number;
  /** What the payload's own attributes are, where it is attributes again; the attribute's type then says so. */
  readonly inner?: AnyLayout;
  write(writer: Writer, value: T): void;
  read(bytes: Buffer, start: number, end: number, onUnknown?: OnUnknown): T;
}

/** One attribute of a layout: its number in the kernel's header, and its codec. */
export interface Attribute<T> {
  readonly type: number;
  readonly codec: Codec<T>;
}

// biome-ignore lint/suspicious/noExplicitAny: a layout holds attributes of every type of value
type AnyAttribute = Attribute<any>;

/** A layout of any attributes. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyLayout = Layout<any>;

/** A table of attributes, described once and used for writing and for reading. */
export interface Layout<A extends Record<string, AnyAttribute>> {
  readonly attributes: A;
  /** `null` for one that is passed over in reading. */
  readonly byType: ReadonlyMap<number, readonly [name: keyof A & string, attribute: AnyAttribute] | null>;
  /** Whether these are all that the kernel's header has, so that another one is news. */
  readonly whole: boolean;
}

/** Is called with an attribute that a whole layout does not have: only a newer kernel can send it. */
export type OnUnknown = (type: number, payload: Buffer) => void;

/** The values of a layout's attributes; every one may be absent. */
export type Values<L> =
  L extends Layout<infer A>
    ? { -readonly [K in keyof A]?: (A[K] extends Attribute<infer T> ? T : never) | undefined }
    : never;

/** All attributes that the kernel's header has. */
export function layout<A extends Record<string, AnyAttribute>>(attributes: A): Layout<A> {
  const byType = new Map(Object.entries(attributes).map((entry) => [entry[1].type, entry]));
  return { attributes, byType, whole: true };
}

/** Those attributes of the kernel's header that are of interest here. The others are passed over in reading. */
export function someOf<A extends Record<string, AnyAttribute>>(attributes: A): Layout<A> {
  return { ...layout(attributes), whole: false };
}

/** The same layout, but for some attributes that are passed over in reading. */
export function without<A extends Record<string, AnyAttribute>>(
  { attributes, byType, whole }: Layout<A>,
  names: readonly (keyof A)[],
): Layout<A> {
  const kept = [...byType].map(
    ([type, entry]) => [type, entry && names.includes(entry[0]) ? null : entry] as const,
  );
  return { attributes, byType: new Map(kept), whole };
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
    writer.u16(codec.inner ? type | NLA_F_NESTED : type);
    codec.write(writer, value);
    writer.setU16(start, writer.length - start);
    writer.align();
  }
}

/**
 * Reads attributes from `start` to `end`. One that the layout does not have is no fault: `onUnknown` is called with it
 * where the layout is whole, at any depth. Throws a `malformed` NetlinkError for lengths that cannot be.
 */
export function decodeAttributes<A extends Record<string, AnyAttribute>>(
  { byType, whole }: Layout<A>,
  bytes: Buffer,
  start: number,
  end: number,
  onUnknown?: OnUnknown,
): Values<Layout<A>> {
  const values: Record<string, unknown> = {};
  for (let at = start; at + HEADER <= end; ) {
    const to = attributeEnd(bytes, at, end);
    const type = attributeType(bytes, at);
    const known = byType.get(type);
    if (known) values[known[0]] = readAttribute(known[1], bytes, at + HEADER, to, onUnknown);
    else if (known === undefined && whole) onUnknown?.(type, bytes.subarray(at + HEADER, to));
    at = nextAttribute(at, to);
  }
  return values as Values<Layout<A>>;
}

function readAttribute<T>(
  { type, codec }: Attribute<T>,
  bytes: Buffer,
  from: number,
  to: number,
  onUnknown: OnUnknown | undefined,
): T {
  if (codec.size !== undefined && to - from < codec.size) {
    throw new NetlinkError('malformed', `attribute ${type} has ${to - from} bytes instead of ${codec.size}`);
  }
  return codec.read(bytes, from, to, onUnknown);
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
