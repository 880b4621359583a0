import { NetlinkError } from './errors.ts';
import {
  decodeErrno,
  type Message,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_NOOP,
  NLMSG_OVERRUN,
} from './message.ts';

/** What an exchange does with its answers. */
export interface ExchangeEnds {
  readonly onMessage: (message: Message) => void;
  /** Of the request with this index; 0 is success. */
  readonly onErrno: (index: number, errno: number) => void;
  /** Called once. */
  readonly settle: (error?: NetlinkError) => void;
}

/** What is on the wire: the sequence numbers that belong to it, and what to do with the answers to them. */
export class Exchange {
  readonly settle: ExchangeEnds['settle'];
  readonly #first: number;
  readonly #last: number;
  readonly #dump: boolean;
  readonly #onMessage: ExchangeEnds['onMessage'];
  readonly #onErrno: ExchangeEnds['onErrno'];
  #interrupted = false;

  /** `last` is the number of the fence, or of the dump's request. Numbers wrap around at 2³². */
  constructor(first: number, last: number, dump: boolean, ends: ExchangeEnds) {
    this.#first = first;
    this.#last = last;
    this.#dump = dump;
    this.#onMessage = ends.onMessage;
    this.#onErrno = ends.onErrno;
    this.settle = ends.settle;
  }

  /** Whether a message answers this. */
  owns({ sequence }: Message): boolean {
    return (sequence - this.#first) >>> 0 <= (this.#last - this.#first) >>> 0;
  }

  /** Takes a message that it owns. Throws a NetlinkError for one that makes no sense. */
  take(message: Message): void {
    if (message.flags & NLM_F_DUMP_INTR) this.#interrupted = true;
    switch (message.type) {
      case NLMSG_NOOP:
        return;
      case NLMSG_OVERRUN:
        throw new NetlinkError('overrun', 'the kernel reports that answers were lost');
      case NLMSG_ERROR:
      case NLMSG_DONE:
        this.#end(message);
        return;
      default:
        this.#onMessage(message);
    }
  }

  #end(message: Message): void {
    const errno = decodeErrno(message);
    const isLast = message.sequence === this.#last;
    if (this.#dump || !isLast) this.#onErrno((message.sequence - this.#first) >>> 0, errno);
    if (!isLast) return;
    this.settle(
      this.#interrupted
        ? new NetlinkError('interrupted', 'the table changed while the kernel was listing it')
        : undefined,
    );
  }
}
