import { constants } from 'node:os';

/** What went wrong on the way to the kernel or back; `refused` is the kernel's own answer. */
export type NetlinkFailure =
  /** The kernel answered with an errno. */
  | 'refused'
  /** No answer within the time limit; whether the request took effect is unknown. */
  | 'timeout'
  /** The receive buffer overran and answers were lost; whether the request took effect is unknown. */
  | 'overrun'
  /** The kernel's table changed while it was being dumped. */
  | 'interrupted'
  /** The answer cannot be read: truncated, or not what the protocol allows. */
  | 'malformed'
  /** The generic netlink family does not exist. */
  | 'no-family'
  /** The socket could not be opened or used. */
  | 'socket'
  /** The connection was closed before the answer came. */
  | 'closed';

/** Fields first, sentence second: `failure` and `errno` decide, `message` is for people. */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';

  /** Parts of the program are built apart, each with a copy of this class (scripts/bundle.js): the name tells. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'NetlinkError';
  }

  readonly failure: NetlinkFailure;
  /** Positive errno number, 0 where there is none. */
  readonly errno: number;
  /** Name of the errno, such as `ESRCH`; an empty string where there is none. */
  readonly code: string;

  constructor(failure: NetlinkFailure, message: string, details: { errno?: number; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.failure = failure;
    this.errno = details.errno ?? 0;
    this.code = this.errno ? errnoName(this.errno) : '';
  }
}

const NAMES = new Map(
  Object.entries(constants.errno)
    // EWOULDBLOCK and EOPNOTSUPP share numbers with EAGAIN and ENOTSUP; the kernel means the ones kept here.
    .filter(([name]) => name !== 'EWOULDBLOCK' && name !== 'ENOTSUP')
    .map(([name, number]) => [number, name] as const),
);

/** The name of a positive errno number, `errno N` for one without a name. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}
