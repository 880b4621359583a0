import { writeSync } from 'node:fs';
import type { NetlinkError } from './errors.ts';
import { createWatched, DATAGRAM_ROOM, readDatagram, socketError, tooLarge } from './transport.ts';

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
  /** Whether an answer is being waited for. */
  expecting(): boolean;
  /** The bytes are good until this returns: the next datagram comes into the same place. */
  received(datagram: Buffer): void;
  failed(error: NetlinkError): void;
}

export type OpenSocket = (listener: SocketListener) => Socket;

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
  const { raw, descriptor } = createWatched(protocol);
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
