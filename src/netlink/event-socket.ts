import type { NetlinkError } from './errors.ts';
import { createUnwatched, DATAGRAM_ROOM, readDatagram } from './transport.ts';

/** A netlink socket that only listens. Tests put a scripted one in its place. */
export interface EventSocket {
  /** Has the kernel send what it tells a multicast group. Throws a NetlinkError. */
  join(group: number): void;
  /** Nothing is delivered any more once this has been called. */
  close(): void;
}

export interface EventListener {
  /** The bytes are good until this returns. */
  received(datagram: Buffer): void;
  failed(error: NetlinkError): void;
}

export type OpenEventSocket = (listener: EventListener) => EventSocket;

/** Milliseconds between two looks into the socket: the transport has no way to be woken that outlives an overrun. */
const PAUSE = 100;
/** Datagrams that are read in a row before others in this process have their turn. */
const READ_AT_ONCE = 1024;

/** Opens a socket that listens, and holds the process until it is closed. Throws a NetlinkError. */
export function openEventSocket(protocol: number, listener: EventListener): EventSocket {
  const socket = createUnwatched(protocol);
  const room = Buffer.allocUnsafeSlow(DATAGRAM_ROOM);
  let open = true;

  const look = () => {
    for (let count = 0; open && count < READ_AT_ONCE; count++) {
      const item = readDatagram(socket.descriptor, room);
      if (item === undefined) {
        timer = setTimeout(look, PAUSE);
        return;
      }
      if (Buffer.isBuffer(item)) listener.received(item);
      else listener.failed(item);
    }
    if (open) timer = setTimeout(look, 0);
  };
  let timer = setTimeout(look, 0);

  return {
    join: (group) => socket.addMembership(group),
    close() {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      socket.close();
    },
  };
}
