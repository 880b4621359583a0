import { readSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { RawNetlinkSocket } from 'netlink/dist/raw.js';
import { findDescriptor } from './descriptor.ts';
import { NetlinkError } from './errors.ts';

/** A netlink socket as the connection sees it. Tests put a scripted one in its place. */
export interface Socket {
  /** Sends one datagram of one or more messages. The bytes must not change until the kernel has answered. */
  send(bytes: Buffer): void;
  /** Nothing is delivered any more once this has been called. */
  close(): void;
  /** Bytes that may wait unread before the kernel drops answers, as the kernel accounts for them. */
  readonly receiveBuffer: number;
  /** Whether this socket keeps the process alive. */
  hold(alive: boolean): void;
  /** Has the kernel send what it tells a multicast group. Not every socket can. Throws a NetlinkError. */
  join?(group: number): void;
}

/** What a socket has to tell. Called outside the native code, so that an exception is an ordinary exception. */
export interface SocketListener {
  /** Whether an answer is being waited for. */
  expecting(): boolean;
  /** The bytes are good until this returns: the next datagram comes into the same place. */
  received(datagram: Buffer): void;
  failed(error: NetlinkError): void;
}

export type OpenSocket = (listener: SocketListener) => Socket;

/**
 * Room for one datagram. The kernel cuts the parts of a dump to the room that it was shown, and shows itself no more
 * than 32 KiB (net/netlink/af_netlink.c, `netlink_recvmsg`).
 */
const DATAGRAM_ROOM = 65_536;
const WANTED_BUFFER = 1 << 20;
/** Bind to it, and the kernel chooses a free port. */
const ANY_PORT = 0;
/** Datagrams that are read in a row before others in this process have their turn. */
const READ_AT_ONCE = 1024;

/**
 * Opens a netlink socket of a protocol (16 is generic netlink, 0 is rtnetlink).
 *
 * The kernel carries a request out within the system call that sends it, so the answer is there when that returns, and
 * is read at once: waiting for the event loop to tell would cost some ten system calls for each request. Only should
 * there be no answer yet is the transport's own event waited for.
 *
 * The transport calls its listeners from native code, where any exception, even one of a `process.nextTick` of
 * somebody else's, aborts the process, and where closing the socket is unsafe. So the listeners only take note, and
 * what they have is delivered from the event loop's next check phase.
 *
 * Reading at once does not tell who sent a datagram, and the transport cannot connect its socket to the kernel, which would
 * keep others out. Others need CAP_NET_ADMIN to send to us at all (net/netlink/af_netlink.c, `netlink_sendmsg`), and the
 * sequence number that is waited for, which begins at random (wire.ts).
 */
export function openSocket(protocol: number, listener: SocketListener): Socket {
  const inbox: (Buffer | NetlinkError)[] = [];
  const room = Buffer.allocUnsafeSlow(DATAGRAM_ROOM);
  const { raw, descriptor } = createRaw(protocol);
  let open = true;
  let scheduled = false;

  const tell = (item: Buffer | NetlinkError) => {
    if (!open) return;
    if (Buffer.isBuffer(item)) listener.received(item);
    else listener.failed(item);
  };
  const note = (item: Buffer | NetlinkError) => {
    inbox.push(item);
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      for (const noted of inbox.splice(0)) tell(noted);
    });
  };
  const read = () => {
    for (let count = 0; open && listener.expecting(); count++) {
      if (count === READ_AT_ONCE) {
        setImmediate(read);
        return;
      }
      // What the transport has read meanwhile came before what is still to be read.
      const item = inbox.shift() ?? readDatagram(descriptor, room);
      if (item === undefined) return;
      tell(item);
    }
  };

  raw.on('message', (datagram, sender) => {
    // The kernel's port is 0. What is read at once comes without its sender: see above.
    if (sender.port === 0) note(datagram);
  });
  raw.on('truncatedMessage', (datagram) => note(tooLarge(datagram.length)));
  raw.on('error', (error) => note(socketError(error)));

  return {
    receiveBuffer: raw.getRecvBufferSize(),
    send(bytes) {
      try {
        writeSync(descriptor, bytes);
      } catch (error) {
        note(socketError(error as NodeJS.ErrnoException));
        return;
      }
      read();
    },
    join(group) {
      try {
        raw.addMembership(group);
      } catch (error) {
        throw socketError(error as NodeJS.ErrnoException);
      }
    },
    hold(alive) {
      if (!open) return;
      if (alive) raw.ref();
      else raw.unref();
    },
    close() {
      if (!open) return;
      open = false;
      raw.close();
    },
  };
}

/** The next datagram, or what is wrong; `undefined` when there is none yet. */
function readDatagram(descriptor: number, room: Buffer): Buffer | NetlinkError | undefined {
  try {
    const length = readSync(descriptor, room);
    // A larger one is cut.
    return length === room.length ? tooLarge(length) : room.subarray(0, length);
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    return failure.code === 'EAGAIN' ? undefined : socketError(failure);
  }
}

function tooLarge(bytes: number): NetlinkError {
  return new NetlinkError('malformed', `a netlink datagram larger than ${bytes} bytes`);
}

/** The transport's socket and, from /proc, its file descriptor. */
function createRaw(protocol: number): { raw: RawNetlinkSocket; descriptor: number } {
  if (endianness() !== 'LE') {
    throw new NetlinkError(
      'socket',
      'this machine is big-endian, and numbers are written little-endian here',
    );
  }
  try {
    const raw = new RawNetlinkSocket(protocol, {
      // Left to itself, the transport tries a thousand ports made of the process id, which anybody can occupy.
      localPort: ANY_PORT,
      messagePeeking: false,
      msgBufferSize: DATAGRAM_ROOM,
      recvBufferSize: WANTED_BUFFER,
      sendBufferSize: WANTED_BUFFER,
    });
    raw.unref();
    try {
      return { raw, descriptor: findDescriptor(protocol, raw.address().port) };
    } catch (error) {
      raw.close();
      throw error;
    }
  } catch (error) {
    throw socketError(error as NodeJS.ErrnoException);
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  ENOBUFS: 'the netlink receive buffer overran and answers were lost',
  EMFILE:
    'this process has no file descriptor left for a netlink socket: close some, or raise its limit (ulimit -n, LimitNOFILE= of its unit)',
  ENFILE: 'this machine has no file descriptor left for a netlink socket (sysctl fs.file-max)',
};

function socketError(error: {
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
