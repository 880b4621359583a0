import { errnoName, NetlinkError } from './errors.ts';
import { encodeMessage, type Message, NLM_F_DUMP, NLM_F_REQUEST } from './message.ts';
import { type OpenSocket, openSocket } from './socket.ts';
import type { Trace } from './trace.ts';
import { Wire } from './wire.ts';
import { Writer } from './writer.ts';

export interface ConnectionOptions {
  /** Milliseconds of silence after which a request counts as unanswered. Default 10,000. */
  readonly timeout?: number;
  /** Is shown every datagram. */
  readonly trace?: Trace | undefined;
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
/** The kernel handles a whole datagram within one system call; a larger one would block this process for longer. */
const BATCH_BYTES = 65_536;
/** How often a dump is begun again that the kernel says was interrupted by a change. */
const DUMP_ATTEMPTS = 5;

/**
 * Requests to the kernel over one netlink socket. They may be made without waiting for each other, and are carried out one
 * after the other.
 */
export class Connection {
  readonly #wire: Wire;
  readonly #writer = new Writer(BATCH_BYTES);
  #pending = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** Throws a `socket` NetlinkError when the kernel gives no socket. */
  constructor(protocol: number, options: ConnectionOptions = {}) {
    const { trace } = options;
    this.#wire = new Wire({
      timeout: options.timeout ?? DEFAULT_TIMEOUT,
      trace: trace && ((direction, datagram) => trace(protocol, direction, datagram)),
      openSocket: options.openSocket ?? ((listener) => openSocket(protocol, listener)),
    });
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

  /**
   * Sends a dump request and gives what `read` makes of each message; `undefined` is left out. When the kernel says that
   * a change came in between, it dumps again, up to five times, and rejects with `interrupted` in the end.
   */
  async dump<T>(
    type: number,
    payload: (writer: Writer) => void,
    read: (message: Message) => T | undefined,
  ): Promise<T[]> {
    for (let attempt = 1; ; attempt++) {
      const found: T[] = [];
      const onMessage = (message: Message) => {
        const item = read(message);
        if (item !== undefined) found.push(item);
      };
      try {
        await this.#single(type, NLM_F_REQUEST | NLM_F_DUMP, true, payload, onMessage);
        return found;
      } catch (error) {
        const again = error instanceof NetlinkError && error.failure === 'interrupted';
        if (!again || attempt === DUMP_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * Sends `count` requests of one message type, many per system call, in order; `payload` writes each. The kernel goes
   * on after one that it refuses, and `onFailure` is called with it, in order. `onProgress` is called with how many
   * requests are through. Rejects only when the connection failed: the fate of the requests since the last progress is
   * unknown.
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
        const room = this.#wire.window();
        writer.clear();
        while (next < count && next - begin < room && writer.length < BATCH_BYTES) {
          const index = next++;
          encodeMessage(writer, type, NLM_F_REQUEST, () => payload(writer, index));
        }
        await this.#wire.exchange(writer, next - begin, false, ignore, (index, errno) => {
          if (errno) onFailure({ index: begin + index, error: refusal(errno) });
        });
        onProgress(next);
      }
    });
  }

  /** Waits for what is under way, then closes. Later requests are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    this.#wire.close();
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
      let answer = 0;
      await this.#wire.exchange(this.#writer, 1, dump, onMessage, (_index, errno) => {
        answer = errno;
      });
      if (answer) throw refusal(answer);
    });
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new NetlinkError('closed', 'the connection is closed'));
    if (this.#pending++ === 0) this.#wire.hold(true);
    const result = this.#tail.then(task);
    this.#tail = result.then(ignore, ignore).then(() => {
      if (--this.#pending === 0) this.#wire.hold(false);
    });
    return result;
  }
}

/** Runs a task with a connection of its own, which is closed behind it. */
export async function withConnection<T>(
  protocol: number,
  task: (connection: Connection) => Promise<T>,
  options: ConnectionOptions = {},
): Promise<T> {
  const connection = new Connection(protocol, options);
  try {
    return await task(connection);
  } finally {
    await connection.close();
  }
}

function refusal(errno: number): NetlinkError {
  return new NetlinkError('refused', `the kernel answered ${errnoName(errno)}`, { errno });
}

function ignore(): void {}
