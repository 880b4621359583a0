import { NetlinkError } from './errors.ts';
import { Exchange, type ExchangeEnds } from './exchange.ts';
import {
  decodeMessages,
  encodeMessage,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_NOOP,
  stampMessages,
} from './message.ts';
import type { OpenSocket, Socket } from './socket.ts';
import { Watchdog } from './watchdog.ts';
import type { Writer } from './writer.ts';

/** What one small answer takes of the receive buffer by the kernel's accounting, generously. */
const ANSWER_COST = 2048;
/** Exchanges in a row before others in this process have their turn: most are over without waiting. */
const ROW = 128;

export interface WireOptions {
  /** Milliseconds of silence after which an exchange fails. */
  readonly timeout: number;
  readonly trace: ((direction: 'sent' | 'received', datagram: Buffer) => void) | undefined;
  readonly openSocket: OpenSocket;
}

/**
 * The socket and what is on its wire: one exchange at a time, which sends one datagram and collects the answers to its
 * sequence numbers; all others are passed over. After anything but a plain answer (silence, an overrun, bytes that make
 * no sense) the socket is replaced, so that late answers cannot be taken for those to a later request.
 */
export class Wire {
  readonly #open: () => Socket;
  readonly #trace: WireOptions['trace'];
  readonly #watchdog: Watchdog<Exchange>;
  #socket: Socket | undefined;
  /** Begins at random: who cannot see the datagrams does not know which numbers are waited for. */
  #sequence = Math.floor(Math.random() * 2 ** 32);
  #current: Exchange | undefined;
  #row = 0;

  /** Throws a `socket` NetlinkError when the kernel gives no socket. */
  constructor({ timeout, trace, openSocket }: WireOptions) {
    this.#trace = trace;
    const onSilence = () =>
      this.#fail(new NetlinkError('timeout', `the kernel did not answer within ${timeout / 1000} s`));
    this.#watchdog = new Watchdog(timeout, () => this.#current, onSilence);
    this.#open = () => {
      const socket: Socket = openSocket({
        expecting: () => this.#current !== undefined,
        received: (datagram) => socket === this.#socket && this.#received(datagram),
        failed: (error) => socket === this.#socket && this.#fail(error),
      });
      return socket;
    };
    this.#socket = this.#open();
  }

  /** Whether the process is to stay alive for what is under way. */
  hold(alive: boolean): void {
    this.#socket?.hold(alive);
  }

  /** Unanswered requests that the receive buffer has room for, were all of them to fail. */
  window(): number {
    return Math.max(1, Math.floor(this.#live().receiveBuffer / ANSWER_COST));
  }

  /** Sends the `count` messages that the writer holds, or the one dump, and resolves when the kernel is through. */
  async exchange(
    writer: Writer,
    count: number,
    dump: boolean,
    onMessage: ExchangeEnds['onMessage'],
    onErrno: ExchangeEnds['onErrno'],
  ): Promise<void> {
    if (++this.#row % ROW === 0) await new Promise(setImmediate);
    const socket = this.#live();
    if (!dump) encodeFence(writer);
    const first = (this.#sequence + 1) >>> 0;
    this.#sequence = (this.#sequence + count + (dump ? 0 : 1)) >>> 0;
    stampMessages(writer, first);
    const bytes = writer.view();
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: NetlinkError) => {
        this.#current = undefined;
        if (error) reject(error);
        else resolve();
      };
      this.#current = new Exchange(first, this.#sequence, dump, { onMessage, onErrno, settle });
      this.#watchdog.hear();
      this.#trace?.('sent', bytes);
      socket.send(bytes);
      if (this.#current) this.#watchdog.watch();
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #live(): Socket {
    if (!this.#socket) {
      this.#socket = this.#open();
      this.#socket.hold(true);
    }
    return this.#socket;
  }

  #received(datagram: Buffer): void {
    this.#trace?.('received', datagram);
    try {
      for (const message of decodeMessages(datagram)) {
        if (!this.#current?.owns(message)) continue;
        this.#watchdog.hear();
        this.#current.take(message);
      }
    } catch (error) {
      this.#fail(
        error instanceof NetlinkError
          ? error
          : new NetlinkError('malformed', `an answer that cannot be used: ${String(error)}`, {
              cause: error,
            }),
      );
    }
  }

  /** Ends the exchange, and the socket with it: what it may still deliver belongs to nobody. */
  #fail(error: NetlinkError): void {
    this.close();
    this.#current?.settle(error);
  }
}

/**
 * A message that does nothing but ask for an acknowledgement, behind those that matter. These are answered only when
 * they fail; and the kernel never acknowledges one that it broke off (EINTR), such as the stop of a daemon that has
 * not begun to run.
 */
function encodeFence(writer: Writer): void {
  encodeMessage(writer, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, () => {});
}
