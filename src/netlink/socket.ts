import { RawNetlinkSocket } from 'netlink/dist/raw.js';
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
}

/** What a socket has to tell. Called outside the native code, so that an exception is an ordinary exception. */
export interface SocketListener {
  received(datagram: Buffer): void;
  failed(error: NetlinkError): void;
}

export type OpenSocket = (listener: SocketListener) => Socket;

/**
 * Room for one datagram. The kernel cuts the parts of a dump to the room that it is shown; more room means fewer
 * parts, and more memory for each answer, however small. But rtnetlink tells of a link with all its virtual functions
 * in one part, of up to 32 KiB.
 */
const datagramSize = (protocol: number): number => (protocol === NETLINK_ROUTE ? 32_768 : 8192);
const NETLINK_ROUTE = 0;
const WANTED_RECEIVE_BUFFER = 1 << 20;

/**
 * Opens a netlink socket of a protocol (16 is generic netlink, 0 is rtnetlink).
 *
 * The transport calls its listeners from native code, where any exception, even one of a `process.nextTick` of
 * somebody else's, aborts the process, and where closing the socket is unsafe. So the listeners only take note, and
 * everything is delivered from the event loop's next check phase.
 */
export function openSocket(protocol: number, listener: SocketListener): Socket {
  const inbox: (Buffer | NetlinkError)[] = [];
  let open = true;
  let scheduled = false;

  const deliver = () => {
    scheduled = false;
    for (const item of inbox.splice(0)) {
      if (!open) return;
      if (Buffer.isBuffer(item)) listener.received(item);
      else listener.failed(item);
    }
  };
  const note = (item: Buffer | NetlinkError) => {
    inbox.push(item);
    if (scheduled) return;
    scheduled = true;
    setImmediate(deliver);
  };

  const raw = createRaw(protocol);
  raw.on('message', (datagram, sender) => {
    // Only the kernel, whose port is 0, is believed.
    if (sender.port === 0) note(datagram);
  });
  raw.on('truncatedMessage', (datagram) => {
    note(new NetlinkError('malformed', `a netlink datagram larger than ${datagram.length} bytes`));
  });
  raw.on('error', (error) => note(socketError(error)));

  return {
    receiveBuffer: raw.getRecvBufferSize(),
    send(bytes) {
      raw.send(bytes, {}, (error) => {
        if (error) note(socketError(error));
      });
    },
    hold(alive) {
      if (!open) return;
      if (alive) raw.ref();
      else raw.unref();
    },
    close() {
      if (!open) return;
      open = false;
      setImmediate(() => raw.close());
    },
  };
}

function createRaw(protocol: number): RawNetlinkSocket {
  try {
    const raw = new RawNetlinkSocket(protocol, {
      messagePeeking: false,
      msgBufferSize: datagramSize(protocol),
      recvBufferSize: WANTED_RECEIVE_BUFFER,
      sendBufferSize: WANTED_RECEIVE_BUFFER,
    });
    raw.unref();
    return raw;
  } catch (error) {
    throw socketError(error as NodeJS.ErrnoException);
  }
}

function socketError(error: {
  errno?: number | undefined;
  code?: string | undefined;
  message: string;
}): NetlinkError {
  const errno = Math.abs(error.errno ?? 0);
  return error.code === 'ENOBUFS'
    ? new NetlinkError('overrun', 'the netlink receive buffer overran and answers were lost', { errno })
    : new NetlinkError('socket', `netlink socket: ${error.message}`, { errno, cause: error });
}
