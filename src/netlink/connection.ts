import { errnoName, NetlinkError } from './errors.ts';
import {
  decodeMessages,
  decodeOutcome,
  encodeMessage,
  type Message,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
  type Outcome,
  stampMessages,
} from './message.ts';
import { type OpenSocket, openSocket, type Socket } from './socket.ts';
import { Writer } from './writer.ts';

export interface ConnectionOptions {
  /** Milliseconds of silence after which a request counts as unanswered. Default 10,000. */
  readonly timeout?: number;
  /** What to talk through, for tests. */
  readonly openSocket?: OpenSocket;
}

/** A message of a batch that the kernel refused. */
export interface BatchFailure {
  readonly index: number;
  readonly error: NetlinkError;
}

/** Loading a scheduler's module happens inside a request, and a busy machine may need its time for it. */
const DEFAULT_TIMEOUT = 10_000;
/** How often, within the timeout, to look whether the kernel has answered. */
const LOOKS = 4;
/** What one small answer takes of the receive buffer by the kernel's accounting, generously. */
const ANSWER_COST = 2048;
/** The kernel handles a whole datagram within one system call; a larger one would block this process for longer. */
const BATCH_BYTES = 65_536;

/** Exchanges in a row before others in this process have their turn: most are over without waiting. */
const ROW = 128;

/** What is on the wire: the sequence numbers that belong to it, and what to do with the answers. */
interface Exchange {
  readonly first: number;
  readonly last: number;
  readonly dump: boolean;
  interrupted: boolean;
  readonly onMessage: (message: Message) => void;
  readonly onOutcome: (sequence: number, outcome: Outcome) => void;
  readonly settle: (error?: NetlinkError) => void;
}

/**
 * One netlink socket, on which one exchange at a time takes place: send one datagram, collect the answers to its
 * sequence numbers, and pass over all others. After anything but a plain answer (silence, an overrun, bytes that make
 * no sense) the socket is replaced, so that late answers cannot be taken for those to a later request.
 */
export class Connection {
  readonly #open: () => Socket;
  readonly #timeout: number;
  readonly #writer = new Writer(BATCH_BYTES);
  #socket: Socket | undefined;
  #sequence = 0;
  #current: Exchange | undefined;
  #pending = 0;
  #row = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #watchdog: NodeJS.Timeout | undefined;
  /** Changes whenever something is sent or heard. */
  #heard = 0;
  #closed = false;

  /** Throws a `socket` NetlinkError when the kernel gives no socket. */
  constructor(protocol: number, options: ConnectionOptions = {}) {
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT;
    const open = options.openSocket ?? ((listener) => openSocket(protocol, listener));
    this.#open = () => {
      const socket: Socket = open({
        expecting: () => this.#current !== undefined,
        received: (datagram) => socket === this.#socket && this.#received(datagram),
        failed: (error) => socket === this.#socket && this.#fail(error),
      });
      return socket;
    };
    this.#socket = this.#open();
  }

  /**
   * Sends one request and calls `onMessage` for each message of the answer. Rejects with what the kernel said.
   * `flags` are those that rtnetlink wants beside the usual ones, such as NLM_F_CREATE.
   */
  request(
    type: number,
    payload: (writer: Writer) => void,
    onMessage: (message: Message) => void = ignore,
    flags = 0,
  ): Promise<void> {
    return this.#single(type, NLM_F_REQUEST | flags, false, payload, onMessage);
  }

  /** Sends a dump request and calls `onMessage` for each message, as it arrives. */
  dump(
    type: number,
    payload: (writer: Writer) => void,
    onMessage: (message: Message) => void,
  ): Promise<void> {
    return this.#single(type, NLM_F_REQUEST | NLM_F_DUMP, true, payload, onMessage);
  }

  /**
   * Sends `count` requests of one message type, many per system call, in order; `payload` writes each. The kernel goes
   * on after one that it refuses, and `onFailure` is told, in order. `onProgress` is told how many requests are
   * through. Rejects only when the connection failed: the fate of the requests since the last progress is unknown.
   */
  batch(
    type: number,
    count: number,
    payload: (writer: Writer, index: number) => void,
    onFailure: (failure: BatchFailure) => void,
    onProgress: (done: number) => void = ignore,
  ): Promise<void> {
    return this.#enqueue(async () => {
      for (let next = 0; next < count; ) {
        const writer = this.#writer;
        const begin = next;
        const room = this.#window();
        writer.clear();
        while (next < count && next - begin < room && writer.length < BATCH_BYTES) {
          const index = next++;
          encodeMessage(writer, type, NLM_F_REQUEST, () => payload(writer, index));
        }
        await this.#exchange(next - begin, false, ignore, (index, { errno, extendedAck }) => {
          if (errno) onFailure({ index: begin + index, error: refusal(errno, extendedAck) });
        });
        onProgress(next);
      }
    });
  }

  /** Waits for what is under way, then closes. Later requests are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    this.#drop();
  }

  #single(
    type: number,
    flags: number,
    dump: boolean,
    payload: (writer: Writer) => void,
    onMessage: (message: Message) => void,
  ): Promise<void> {
    return this.#enqueue(async () => {
      this.#writer.clear();
      encodeMessage(this.#writer, type, flags, () => payload(this.#writer));
      let answer: Outcome | undefined;
      await this.#exchange(1, dump, onMessage, (_index, outcome) => {
        answer = outcome;
      });
      if (answer?.errno) throw refusal(answer.errno, answer.extendedAck);
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new NetlinkError('closed', 'the connection is closed'));
    if (this.#pending++ === 0) this.#socket?.hold(true);
    const result = this.#tail.then(task);
    this.#tail = result.then(ignore, ignore).then(() => {
      if (--this.#pending === 0) this.#socket?.hold(false);
    });
    return result;
  }

  /** Unanswered requests that the receive buffer has room for, were all of them to fail. */
  #window(): number {
    return Math.max(1, Math.floor(this.#live().receiveBuffer / ANSWER_COST));
  }

  #live(): Socket {
    if (!this.#socket) {
      this.#socket = this.#open();
      this.#socket.hold(true);
    }
    return this.#socket;
  }

  /** Sends the `count` messages that the writer holds, and settles when the kernel is through with them. */
  async #exchange(
    count: number,
    dump: boolean,
    onMessage: (message: Message) => void,
    onOutcome: (index: number, outcome: Outcome) => void,
  ): Promise<void> {
    if (++this.#row % ROW === 0) await new Promise(setImmediate);
    const socket = this.#live();
    if (!dump) encodeFence(this.#writer);
    const first = (this.#sequence + 1) >>> 0;
    this.#sequence = (this.#sequence + count + (dump ? 0 : 1)) >>> 0;
    stampMessages(this.#writer, first);
    const bytes = this.#writer.view();
    await new Promise<void>((resolve, reject) => {
      this.#current = {
        first,
        last: this.#sequence,
        dump,
        interrupted: false,
        onMessage,
        onOutcome: (sequence, outcome) => onOutcome((sequence - first) >>> 0, outcome),
        settle: (error) => {
          this.#current = undefined;
          if (error) reject(error);
          else resolve();
        },
      };
      this.#heard++;
      socket.send(bytes);
      if (this.#current) this.#watch();
    });
  }

  /**
   * Looks now and then whether the kernel has said anything: setting a timer for each exchange would cost a system
   * call each. The timer never keeps the process alive: the socket does, while something is under way.
   */
  #watch(): void {
    if (this.#watchdog) return;
    let heard = this.#heard;
    let silent = 0;
    this.#watchdog = setInterval(() => {
      if (!this.#current) {
        clearInterval(this.#watchdog);
        this.#watchdog = undefined;
      } else if (heard !== this.#heard) {
        heard = this.#heard;
        silent = 0;
      } else if (++silent >= LOOKS) {
        silent = 0;
        this.#suspect(this.#current);
      }
    }, this.#timeout / LOOKS).unref();
  }

  /** The process may have been held up, with the answer already there: look into the socket before giving up. */
  #suspect(exchange: Exchange): void {
    setTimeout(() => {
      if (this.#current !== exchange) return;
      const seconds = this.#timeout / 1000;
      this.#fail(new NetlinkError('timeout', `the kernel did not answer within ${seconds} s`));
    }, 1);
  }

  #received(datagram: Buffer): void {
    try {
      for (const message of decodeMessages(datagram)) this.#handle(message);
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

  #handle(message: Message): void {
    const exchange = this.#current;
    if (!exchange || (message.sequence - exchange.first) >>> 0 > (exchange.last - exchange.first) >>> 0)
      return;
    this.#heard++;
    if (message.flags & NLM_F_DUMP_INTR) exchange.interrupted = true;
    switch (message.type) {
      case NLMSG_NOOP:
        return;
      case NLMSG_OVERRUN:
        throw new NetlinkError('overrun', 'the kernel reports that answers were lost');
      case NLMSG_ERROR:
      case NLMSG_DONE: {
        const outcome = decodeOutcome(message);
        const last = message.sequence === exchange.last;
        if (exchange.dump || !last) exchange.onOutcome(message.sequence, outcome);
        if (!last) return;
        exchange.settle(
          exchange.interrupted
            ? new NetlinkError('interrupted', 'the table changed while the kernel was listing it')
            : undefined,
        );
        return;
      }
      default:
        exchange.onMessage(message);
    }
  }

  /** Ends the exchange, and the socket with it: what it may still deliver belongs to nobody. */
  #fail(error: NetlinkError): void {
    this.#drop();
    this.#current?.settle(error);
  }

  #drop(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }
}

/**
 * A message that does nothing but ask for an acknowledgement, behind those that matter. These are answered only when
 * they fail; and the kernel never acknowledges one that it broke off (EINTR), such as the stop of a daemon that has
 * not begun to run.
 */
function encodeFence(writer: Writer): void {
  encodeMessage(writer, NLMSG_NOOP, NLM_F_REQUEST | NLM_F_ACK, ignore);
}

function refusal(errno: number, extendedAck: NetlinkError['extendedAck']): NetlinkError {
  const said = extendedAck?.message ? `: ${extendedAck.message}` : '';
  return new NetlinkError('refused', `the kernel answered ${errnoName(errno)}${said}`, {
    errno,
    extendedAck,
  });
}

function ignore(): void {}
