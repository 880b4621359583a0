import { NetlinkError } from './errors.ts';
import type { Writer } from './writer.ts';

// Message types and flags of include/uapi/linux/netlink.h.
export const NLMSG_NOOP = 1;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;

const HEADER = 16;
const OFFSET_FLAGS = 6;
const OFFSET_SEQUENCE = 8;

/** One netlink message as it was received: its header, and where in `bytes` its payload lies. */
export interface Message {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Writes one message: header, what `payload` writes, padding. The sequence number is filled in when it is sent. */
export function encodeMessage(writer: Writer, type: number, flags: number, payload: () => void): void {
  const start = writer.length;
  writer.u32(0);
  writer.u16(type);
  writer.u16(flags);
  writer.u32(0);
  writer.u32(0);
  payload();
  writer.setU32(start, writer.length - start);
  writer.align();
}

/** Completes the headers of the messages that were written, just before they are sent: numbers from `first` on. */
export function stampMessages(writer: Writer, first: number): void {
  let sequence = first;
  for (let at = 0; at < writer.length; at += padded(writer.getU32(at))) {
    writer.setU32(at + OFFSET_SEQUENCE, sequence++);
  }
}

/** How far it is from the beginning of something of this length to where the next may begin. */
function padded(length: number): number {
  return (length + 3) & ~3;
}

/** The messages of one datagram. Throws a `malformed` NetlinkError for a length that cannot be. */
export function decodeMessages(bytes: Buffer): Message[] {
  const messages: Message[] = [];
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    const length = left >= HEADER ? bytes.readUInt32LE(at) : left;
    if (length < HEADER || length > left) {
      throw new NetlinkError('malformed', `a netlink message of ${length} bytes where ${left} are left`);
    }
    messages.push({
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + OFFSET_FLAGS),
      sequence: bytes.readUInt32LE(at + OFFSET_SEQUENCE),
      bytes,
      start: at + HEADER,
      end: at + length,
    });
    at += padded(length);
  }
  return messages;
}

/**
 * The errno that an ERROR message (acknowledgement or refusal) or the DONE that ends a dump carries; 0 is success. What
 * follows it, the request and an extended acknowledgement, is not looked at: the kernel sends the latter only on a socket
 * that asked for it (NETLINK_EXT_ACK).
 */
export function decodeErrno({ type, bytes, start, end }: Message): number {
  if (end - start >= 4) return Math.max(0, -bytes.readInt32LE(start));
  // An old kernel may end a dump with an empty DONE.
  if (type === NLMSG_DONE) return 0;
  throw new NetlinkError('malformed', 'an acknowledgement without an error number');
}
