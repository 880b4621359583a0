import { readSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { RawNetlinkSocket } from 'netlink/dist/raw.js';
import { findDescriptor, findNewSocket } from './descriptor.ts';
import { NetlinkError } from './errors.ts';
import { encodeMessage, NLMSG_NOOP } from './message.ts';
import { Writer } from './writer.ts';

// The only file that knows the npm package `netlink`, which opens sockets; we read and write their descriptors.

/**
 * Room for one datagram. The kernel cuts the parts of a dump to the room that it was shown, and shows itself no more
 * than 32 KiB (net/netlink/af_netlink.c, `netlink_recvmsg`).
 */
export const DATAGRAM_ROOM = 65_536;
const WANTED_BUFFER = 1 << 20;
/** Left to itself, the transport tries a thousand ports made of the process id; bound to 0, the kernel chooses. */
const ANY_PORT = 0;
/** How often a socket is opened again while other threads open theirs. */
const ATTEMPTS = 5;

/** The transport's socket and, from /proc, its file descriptor. Throws a NetlinkError. */
export function createWatched(protocol: number): { raw: RawNetlinkSocket; descriptor: number } {
  return attempt(() => {
    const raw = openRaw(protocol);
    try {
      return { raw, descriptor: findDescriptor(protocol, raw.address().port) };
    } catch (error) {
      raw.close();
      throw error;
    }
  });
}

/** The part of the transport that is native code. */
interface Native {
  addMembership(group: number): void;
  setRecvBufferSize(size: number): void;
  close(): void;
}

/** A socket that the transport does not watch. */
export interface Unwatched extends Pick<Native, 'addMembership' | 'close'> {
  readonly descriptor: number;
}

/**
 * A socket that the transport does not read and does not wait for. Where it does, an overrun of the receive buffer while the
 * process waits aborts the process: the event loop reports it as an error of polling, of which the transport makes an
 * exception that nobody can catch. It begins to watch when it binds; so the socket is bound by the kernel instead, which
 * does that for one that sends. Throws a NetlinkError.
 */
export function createUnwatched(protocol: number): Unwatched {
  return attempt(() => {
    const raw = openRaw(protocol);
    const NativeSocket = nativeClassOf(raw);
    raw.close();
    for (let count = 1; ; count++) {
      const found = findNewSocket(() => new NativeSocket(protocol, DATAGRAM_ROOM, ignore, ignore));
      if (found.descriptor !== undefined) {
        const { made: native, descriptor } = found;
        native.setRecvBufferSize(WANTED_BUFFER);
        writeSync(descriptor, encodeNothing());
        return {
          descriptor,
          addMembership: (group) => attempt(() => native.addMembership(group)),
          close: () => native.close(),
        };
      }
      found.made.close();
      if (count === ATTEMPTS) throw new Error('/proc does not tell the descriptor of a new netlink socket');
    }
  });
}

function nativeClassOf(raw: RawNetlinkSocket) {
  const native = Reflect.get(raw, '__native') as object;
  return native.constructor as new (
    protocol: number,
    room: number,
    onRead: () => void,
    onError: () => void,
  ) => Native;
}

function openRaw(protocol: number): RawNetlinkSocket {
  if (endianness() !== 'LE') {
    const message = 'this machine is big-endian, and numbers are written little-endian here';
    throw new NetlinkError('socket', message);
  }
  const raw = new RawNetlinkSocket(protocol, {
    localPort: ANY_PORT,
    messagePeeking: false,
    msgBufferSize: DATAGRAM_ROOM,
    recvBufferSize: WANTED_BUFFER,
    sendBufferSize: WANTED_BUFFER,
  });
  raw.unref();
  return raw;
}

/** A message that asks for nothing. */
function encodeNothing(): Buffer {
  const writer = new Writer(64);
  encodeMessage(writer, NLMSG_NOOP, 0, ignore);
  return writer.view();
}

/** The next datagram, or what is wrong; `undefined` when there is none yet. Good until the room is used again. */
export function readDatagram(descriptor: number, room: Buffer): Buffer | NetlinkError | undefined {
  try {
    const length = readSync(descriptor, room);
    // A larger one is cut.
    return length === room.length ? tooLarge(length) : room.subarray(0, length);
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    return failure.code === 'EAGAIN' ? undefined : socketError(failure);
  }
}

export function tooLarge(bytes: number): NetlinkError {
  return new NetlinkError('malformed', `a netlink datagram larger than ${bytes} bytes`);
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOBUFS: 'the netlink receive buffer overran and answers were lost',
  EMFILE:
    'this process has no file descriptor left for a netlink socket: close some, or raise its limit (ulimit -n, LimitNOFILE= of its unit)',
  ENFILE: 'this machine has no file descriptor left for a netlink socket (sysctl fs.file-max)',
};

/** What is wrong, in our terms. */
export function socketError(error: {
  errno?: number | undefined;
  code?: string | undefined;
  message: string;
}): NetlinkError {
  const errno = Math.abs(error.errno ?? 0);
  const failure = error.code === 'ENOBUFS' ? 'overrun' : 'socket';
  return new NetlinkError(failure, MEANINGS[error.code ?? ''] ?? `netlink socket: ${error.message}`, {
    errno,
    cause: error,
  });
}

function attempt<T>(task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw error instanceof NetlinkError ? error : socketError(error as NodeJS.ErrnoException);
  }
}

function ignore(): void {}
