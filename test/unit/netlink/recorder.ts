import { encodeAcknowledgement } from '../../../src/netlink/answers.ts';
import { Connection } from '../../../src/netlink/connection.ts';
import { decodeMessages, type Message } from '../../../src/netlink/message.ts';

/** The one message that is written so, as the kernel sends it. */
export function messageOf(hex: string): Message {
  const [message, ...others] = decodeMessages(Buffer.from(hex, 'hex'));
  if (!message || others.length > 0) throw new Error('not one message');
  return message;
}

/** What a request to the kernel looks like: type, flags and everything behind the header, in hexadecimal. */
export async function requestOf(
  ask: (connection: Connection) => Promise<unknown>,
): Promise<{ type: number; flags: number; payload: string }> {
  let asked: Message | undefined;
  const connection = new Connection(0, {
    openSocket: (listener) => ({
      receiveBuffer: 1 << 16,
      hold: () => {},
      close: () => {},
      send: (bytes) => {
        const messages = decodeMessages(Buffer.from(bytes));
        asked ??= messages[0];
        for (const { sequence } of messages) listener.received(encodeAcknowledgement(sequence));
      },
    }),
  });
  await ask(connection).catch(() => {});
  await connection.close();
  if (!asked) throw new Error('nothing was asked');
  const { type, flags, bytes, start, end } = asked;
  return { type, flags, payload: bytes.toString('hex', start, end) };
}

/** Hexadecimal digits in groups, for people, as one text. */
export const bytes = (...groups: readonly string[]) => groups.join('').replaceAll(' ', '');
