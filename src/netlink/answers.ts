import { encodeMessage, NLMSG_DONE, NLMSG_ERROR, stampMessages } from './message.ts';
import { Writer } from './writer.ts';

// What the kernel answers, as bytes: for what stands in for one, in tests and where the program is rehearsed when it is
// built (scripts/code-cache.js).

const NLM_F_MULTI = 0x2;
/** The request is repeated by its header alone. */
const NLM_F_CAPPED = 0x100;

/** A message with any payload. */
export function encodeAnswer(
  type: number,
  sequence: number,
  payload: (writer: Writer) => void,
  flags = 0,
): Buffer {
  const writer = new Writer();
  encodeMessage(writer, type, flags, () => payload(writer));
  stampMessages(writer, sequence);
  return Buffer.from(writer.view());
}

/** ERROR message: errno 0 acknowledges. Behind it, the header of the request. */
export function encodeAcknowledgement(sequence: number, errno = 0): Buffer {
  const payload = (writer: Writer) => {
    writer.u32(-errno >>> 0);
    writer.u32(16);
    writer.u32(0);
    writer.u32(sequence);
    writer.u32(0);
  };
  return encodeAnswer(NLMSG_ERROR, sequence, payload, NLM_F_CAPPED);
}

/** DONE message that ends a dump. */
export function encodeDone(sequence: number, errno = 0): Buffer {
  return encodeAnswer(NLMSG_DONE, sequence, (writer) => writer.u32(-errno >>> 0), NLM_F_MULTI);
}
