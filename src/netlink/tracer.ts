import { type AnyLayout, decodeAttributes, eachAttribute } from './attributes.ts';
import { errnoName, NetlinkError } from './errors.ts';
import { CONTROLLER, GENERIC_HEADER, GENL_ID_CTRL, NETLINK_GENERIC } from './families/generic.ts';
import { SHAPES } from './families/shapes.ts';
import {
  decodeErrno,
  decodeMessages,
  type Message,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
} from './message.ts';
import type { Trace } from './trace.ts';

/** A generic netlink family, for who reads a trace. */
export interface TracedFamily {
  readonly commands: Readonly<Record<string, number>>;
  /** What a message of a command is made of. */
  layoutOf(command: number): AnyLayout;
}

const CONTROL: ReadonlyMap<number, string> = new Map([
  [NLMSG_NOOP, 'NLMSG_NOOP'],
  [NLMSG_ERROR, 'NLMSG_ERROR'],
  [NLMSG_DONE, 'NLMSG_DONE'],
  [NLMSG_OVERRUN, 'NLMSG_OVERRUN'],
]);
/** Of a request; an answer has others in the same places. */
const REQUEST_FLAGS = [
  [0x1, 'REQUEST'],
  [0x4, 'ACK'],
  [0x300, 'DUMP'],
  [0x100, 'REPLACE'],
  [0x200, 'EXCL'],
  [0x400, 'CREATE'],
] as const;
const ANSWER_FLAGS = [
  [0x2, 'MULTI'],
  [0x10, 'DUMP_INTR'],
] as const;
/** Bytes of one value that are shown. */
const MOST_BYTES = 32;

/**
 * A trace that is text: a line for each message, and one for each of its attributes. Families of generic netlink are
 * recognised when their number is asked for, as it is before anything else.
 */
export function newTracer(
  write: (text: string) => void,
  families: Readonly<Record<string, TracedFamily>>,
): Trace {
  const numbers = new Map<number, readonly [name: string, family: TracedFamily]>();
  return (protocol, direction, datagram) => {
    const arrow = direction === 'sent' ? '>' : '<';
    const lines = [`${arrow} netlink protocol ${protocol}, ${datagram.length} bytes`];
    try {
      for (const message of decodeMessages(datagram)) {
        learn(protocol, message);
        lines.push(...describe(protocol, direction, message));
      }
    } catch (error) {
      lines.push(`  cannot be read: ${error instanceof NetlinkError ? error.message : String(error)}`);
    }
    write(`${lines.join('\n')}\n`);
  };

  /** Takes a family's number down from the controller's answer. */
  function learn(protocol: number, { type, bytes, start, end }: Message): void {
    if (protocol !== NETLINK_GENERIC || type !== GENL_ID_CTRL) return;
    const { id, name = '' } = decodeAttributes(CONTROLLER, bytes, start + GENERIC_HEADER, end);
    const family = families[name];
    if (id !== undefined && family) numbers.set(id, [name, family]);
  }

  function describe(protocol: number, direction: 'sent' | 'received', message: Message): string[] {
    const { type, sequence, bytes, start, end } = message;
    const [name, header, layout] = shapeOf(protocol, message);
    const flags = (direction === 'sent' ? REQUEST_FLAGS : ANSWER_FLAGS)
      .filter(([bits]) => (message.flags & bits) === bits)
      .map(([, flag]) => flag)
      .join('|');
    const head = `  ${name} seq ${sequence}${flags && ` ${flags}`}`;
    if (type === NLMSG_ERROR || type === NLMSG_DONE) {
      const errno = decodeErrno(message);
      return [`${head} ${errno ? errnoName(errno) : 'ok'}`];
    }
    if (CONTROL.has(type)) return [head];
    if (start + header > end) return [`${head} ${hex(bytes, start, end)}`];
    const fixed = header > 0 ? ` header ${hex(bytes, start, start + header)}` : '';
    return [`${head}${fixed}`, ...describeAttributes(layout, bytes, start + header, end, '    ')];
  }

  function shapeOf(
    protocol: number,
    { type, bytes, start }: Message,
  ): [name: string, header: number, layout: AnyLayout | undefined] {
    const control = CONTROL.get(type);
    if (control) return [control, 0, undefined];
    const shape = SHAPES.get(protocol)?.get(type);
    if (shape) return [shape.name, shape.header, shape.layout];
    if (protocol !== NETLINK_GENERIC) return [`type ${type}`, 0, undefined];
    if (type === GENL_ID_CTRL) return ['controller', GENERIC_HEADER, CONTROLLER];
    const [name, family] = numbers.get(type) ?? [`family ${type}`, undefined];
    const command = bytes[start] ?? 0;
    const word = Object.entries(family?.commands ?? {}).find(([, number]) => number === command)?.[0];
    return [`${name} ${word ?? `command ${command}`}`, GENERIC_HEADER, family?.layoutOf(command)];
  }
}

function describeAttributes(
  layout: AnyLayout | undefined,
  bytes: Buffer,
  start: number,
  end: number,
  indent: string,
): string[] {
  const lines: string[] = [];
  eachAttribute(bytes, start, end, (type, from, to) => {
    const [name = `attribute ${type}`, attribute] = layout?.byType.get(type) ?? [];
    const inner = attribute?.codec.inner;
    if (inner) lines.push(`${indent}${name}`, ...describeAttributes(inner, bytes, from, to, `${indent}  `));
    else lines.push(`${indent}${name} ${describeValue(attribute?.codec, bytes, from, to)}`);
  });
  return lines;
}

/** Numbers and texts as what they are, all else as bytes. */
function describeValue(
  codec: { readonly size?: number; read(bytes: Buffer, start: number, end: number): unknown } | undefined,
  bytes: Buffer,
  from: number,
  to: number,
): string {
  const value = codec && to - from >= (codec.size ?? 0) ? codec.read(bytes, from, to) : undefined;
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : hex(bytes, from, to);
}

function hex(bytes: Buffer, from: number, to: number): string {
  if (to - from <= MOST_BYTES) return bytes.toString('hex', from, to) || '(empty)';
  return `${bytes.toString('hex', from, from + MOST_BYTES)}… (${to - from} bytes)`;
}
