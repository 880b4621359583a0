import { beforeEach, describe } from 'vitest';
import { encodeAcknowledgement, encodeAnswer, encodeDone } from '../../src/netlink/answers.ts';
import { encodeAttributes, type Layout, type Values } from '../../src/netlink/attributes.ts';
import type { NetlinkError } from '../../src/netlink/errors.ts';
import { encodeGenericHeader } from '../../src/netlink/families/generic.ts';
import { decodeMessages, type Message, NLMSG_NOOP } from '../../src/netlink/message.ts';
import type { OpenSocket, SocketListener } from '../../src/netlink/socket.ts';

/**
 * What a scripted kernel does with the requests of one datagram, before it acknowledges the fence behind them. One
 * that returns `silence` does not get that far.
 */
export type Script = (requests: Message[], kernel: ScriptedKernel) => unknown;

export const silence = Symbol('silence');

/** When answers come: the real socket mostly has them before `send` returns, and now and then only later. */
type Delivery = 'inside send()' | 'after send()';
let delivery: Delivery;

/** Every test of the suite twice. */
export function withEachDelivery(suite: () => void): void {
  describe.each(['inside send()', 'after send()'] as const)('with answers %s:', (one) => {
    beforeEach(() => {
      delivery = one;
    });
    suite();
  });
}

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
        if (delivery === 'inside send()') this.#answer(decodeMessages(copy));
        else setImmediate(() => this.#answer(decodeMessages(copy)));
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
  return encodeAnswer(type, sequence, (writer) => writer.bytes(payload), flags);
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
  const payload: Parameters<typeof encodeAnswer>[2] = (writer) => {
    encodeGenericHeader(writer, 1, 1);
    encodeAttributes(writer, layout, values);
  };
  return encodeAnswer(type, sequence, payload, flags);
}

/** ERROR message: errno 0 acknowledges. */
export const acknowledge = (request: Message, errno = 0) => encodeAcknowledgement(request.sequence, errno);

/** DONE message that ends a dump. */
export const done = (request: Message, errno = 0) => encodeDone(request.sequence, errno);

/** One attribute, by hand. */
export function attribute(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + payload.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, payload, Buffer.alloc(-payload.length & 3)]);
}
