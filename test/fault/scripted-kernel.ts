import { encodeAttributes, type Layout, type Values } from '../../src/netlink/attributes.ts';
import type { NetlinkError } from '../../src/netlink/errors.ts';
import { encodeGenericHeader } from '../../src/netlink/generic.ts';
import { decodeMessages, encodeMessage, type Message, stampMessages } from '../../src/netlink/message.ts';
import type { OpenSocket, SocketListener } from '../../src/netlink/socket.ts';
import { Writer } from '../../src/netlink/writer.ts';

/**
 * What a scripted kernel does with the requests of one datagram, before it acknowledges the fence behind them. One
 * that returns `silence` does not get that far.
 */
export type Script = (requests: Message[], kernel: ScriptedKernel) => unknown;

export const silence = Symbol('silence');

const NLMSG_NOOP = 1;

/** Sits under a connection in the kernel's place: takes real bytes, answers what the test scripts. */
export class ScriptedKernel {
  /** Sockets that were opened so far, in order. */
  readonly sockets: { closed: boolean; sent: Buffer[]; held: boolean }[] = [];
  receiveBuffer = 425_984;
  #script: Script;
  #listener: SocketListener | undefined;

  constructor(script: Script) {
    this.#script = script;
  }

  readonly openSocket: OpenSocket = (listener) => {
    const state = { closed: false, sent: [] as Buffer[], held: false };
    this.sockets.push(state);
    this.#listener = listener;
    return {
      receiveBuffer: this.receiveBuffer,
      hold: (alive) => {
        state.held = alive;
      },
      close: () => {
        state.closed = true;
      },
      send: (bytes) => {
        const copy = Buffer.from(bytes);
        state.sent.push(copy);
        setImmediate(() => this.#answer(decodeMessages(copy)));
      },
    };
  };

  #answer(messages: Message[]): void {
    const requests = messages.filter(({ type }) => type !== NLMSG_NOOP);
    const fence = messages.find(({ type }) => type === NLMSG_NOOP);
    if (this.#script(requests, this) !== silence && fence) this.deliver(acknowledge(fence));
  }

  /** Delivers one datagram to the connection that opened the latest socket. */
  deliver(...parts: Buffer[]): void {
    this.#listener?.received(Buffer.concat(parts));
  }

  fail(error: NetlinkError): void {
    this.#listener?.failed(error);
  }
}

/** A message with any payload. */
export function message(type: number, sequence: number, payload: Buffer, flags = 0): Buffer {
  const writer = new Writer();
  encodeMessage(writer, type, flags, () => writer.bytes(payload));
  stampMessages(writer, sequence);
  return Buffer.from(writer.view());
}

/** A generic netlink message of a family, with attributes. */
// biome-ignore lint/suspicious/noExplicitAny: any layout will do
export function answer<L extends Layout<any>>(
  type: number,
  sequence: number,
  layout: L,
  values: Values<L>,
  flags = 0,
): Buffer {
  const writer = new Writer();
  encodeGenericHeader(writer, 1, 1);
  encodeAttributes(writer, layout, values);
  return message(type, sequence, Buffer.from(writer.view()), flags);
}

/** ERROR message: errno 0 acknowledges. The request's header is repeated, capped. */
export function acknowledge(request: Message, errno = 0, tlvs: Buffer = Buffer.alloc(0)): Buffer {
  const payload = Buffer.alloc(20);
  payload.writeInt32LE(-errno, 0);
  payload.writeUInt32LE(16 + request.end - request.start, 4);
  payload.writeUInt32LE(request.sequence, 12);
  const NLM_F_CAPPED = 0x100;
  const NLM_F_ACK_TLVS = 0x200;
  const flags = tlvs.length ? NLM_F_CAPPED | NLM_F_ACK_TLVS : NLM_F_CAPPED;
  return message(2, request.sequence, Buffer.concat([payload, tlvs]), flags);
}

/** DONE message that ends a dump. */
export function done(request: Message, errno = 0): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeInt32LE(-errno, 0);
  return message(3, request.sequence, payload, 2);
}

/** One attribute, by hand. */
export function attribute(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + payload.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, payload, Buffer.alloc(-payload.length & 3)]);
}
