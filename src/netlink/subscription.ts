import { NetlinkError } from './errors.ts';
import { type EventSocket, type OpenEventSocket, openEventSocket } from './event-socket.ts';
import { decodeMessages, type Message } from './message.ts';
import type { Trace } from './trace.ts';

/** Events were lost: what they told of is to be read anew. */
export interface Overrun {
  readonly kind: 'overrun';
}

export interface SubscriptionOptions {
  /** Ends the subscription when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Is shown every datagram. */
  readonly trace?: Trace | undefined;
  /** What to listen through, for tests. */
  readonly openSocket?: OpenEventSocket;
}

/** Events that may wait for a slow reader. Were there more, they are forgotten, and the reader finds an overrun. */
const MOST_WAITING = 10_000;

/**
 * What the kernel tells some multicast groups, on a socket of its own, from the moment that this is made until `close`.
 * Events come within a tenth of a second:
 *
 *     for await (const event of subscription) …
 *
 * The loop ends when the subscription is closed, and breaking it off closes. It holds the process. What was lost, because
 * the reader or the process was too slow, is told by an event of kind `overrun` in its place. A NetlinkError in the loop
 * is the end: the socket failed, or the kernel sent what cannot be read.
 */
export class Subscription<E extends { readonly kind: string }> implements AsyncIterable<E | Overrun> {
  readonly #protocol: number;
  readonly #socket: EventSocket;
  readonly #decode: (message: Message) => E | undefined;
  readonly #trace: Trace | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.close();
  #waiting: (E | Overrun)[] = [];
  #readers: { resolve: (result: IteratorResult<E | Overrun>) => void; reject: (error: unknown) => void }[] =
    [];
  #error: NetlinkError | undefined;
  #closed = false;

  /** Joins the groups, by the kernel's numbers. Throws a NetlinkError when it cannot. */
  constructor(
    protocol: number,
    groups: readonly number[],
    decode: (message: Message) => E | undefined,
    { signal, trace, openSocket: open }: SubscriptionOptions = {},
  ) {
    this.#protocol = protocol;
    this.#decode = decode;
    this.#trace = trace;
    this.#signal = signal;
    const listener = {
      received: (datagram: Buffer) => this.#received(datagram),
      failed: (error: NetlinkError) => this.#failed(error),
    };
    this.#socket = open ? open(listener) : openEventSocket(protocol, listener);
    try {
      for (const group of groups) this.#socket.join(group);
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    if (signal?.aborted) this.close();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<E | Overrun> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  /** Leaves the groups. Events that wait are forgotten. */
  close(): void {
    this.#waiting = [];
    this.#end();
  }

  #next(): Promise<IteratorResult<E | Overrun>> {
    const value = this.#waiting.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#error) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#closed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  #received(datagram: Buffer): void {
    if (this.#closed) return;
    this.#trace?.(this.#protocol, 'received', datagram);
    try {
      for (const message of decodeMessages(datagram)) {
        const event = this.#decode(message);
        if (event !== undefined) this.#tell(event);
      }
    } catch (error) {
      this.#fail(
        error instanceof NetlinkError
          ? error
          : new NetlinkError('malformed', `an event that cannot be used: ${String(error)}`, { cause: error }),
      );
    }
  }

  #failed(error: NetlinkError): void {
    if (error.failure === 'overrun') this.#tell({ kind: 'overrun' });
    else this.#fail(error);
  }

  #tell(event: E | Overrun): void {
    if (this.#closed) return;
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ done: false, value: event });
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(event);
    else this.#waiting = [{ kind: 'overrun' }];
  }

  #fail(error: NetlinkError): void {
    if (this.#closed) return;
    const reader = this.#readers.shift();
    if (reader) reader.reject(error);
    else this.#error = error;
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#socket.close();
    for (const { resolve } of this.#readers.splice(0)) resolve({ done: true, value: undefined });
  }
}
