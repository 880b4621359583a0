import { decodeAttributes, encodeAttributes, someOf, type Values } from '../attributes.ts';
import { string, u16 } from '../codecs.ts';
import type { Connection } from '../connection.ts';
import { NetlinkError } from '../errors.ts';
import type { Message } from '../message.ts';
import type { Writer } from '../writer.ts';

/** Protocol number of generic netlink sockets. */
export const NETLINK_GENERIC = 16;

// The family that knows the others: include/uapi/linux/genetlink.h.
export const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
export const CONTROLLER = someOf({
  id: { type: 1, codec: u16 },
  name: { type: 2, codec: string },
});

/** Bytes of `struct genlmsghdr`: command, version, two reserved. */
export const GENERIC_HEADER = 4;

/** Writes the generic netlink header that precedes a message's attributes. */
export function encodeGenericHeader(writer: Writer, command: number, version: number): void {
  writer.u8(command);
  writer.u8(version);
  writer.u16(0);
}

/** Where the attributes of a generic netlink message begin. */
export function attributesStart({ start, end }: Message): number {
  if (end - start < GENERIC_HEADER)
    throw new NetlinkError('malformed', 'a generic netlink message without its header');
  return start + GENERIC_HEADER;
}

/**
 * Asks for the number of a generic netlink family. The kernel tries to load the module that has it. Rejects with
 * failure `no-family` when there is none.
 */
export async function resolveFamily(connection: Connection, name: string): Promise<number> {
  let id: number | undefined;
  const question = (writer: Writer) => {
    encodeGenericHeader(writer, CTRL_CMD_GETFAMILY, 1);
    encodeAttributes(writer, CONTROLLER, { name });
  };
  try {
    await connection.request(GENL_ID_CTRL, question, (message) => {
      id = decodeFamily(message).id;
    });
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'ENOENT') throw error;
  }
  if (id === undefined)
    throw new NetlinkError('no-family', `the kernel has no generic netlink family '${name}'`);
  return id;
}

/** Names and numbers of the families that the kernel has now. Unlike `resolveFamily`, loads no module. */
export async function listFamilies(connection: Connection): Promise<Map<string, number>> {
  const families = await connection.dump(
    GENL_ID_CTRL,
    (writer) => encodeGenericHeader(writer, CTRL_CMD_GETFAMILY, 1),
    (message) => {
      const { id, name } = decodeFamily(message);
      return id === undefined || name === undefined ? undefined : ([name, id] as const);
    },
  );
  return new Map(families);
}

function decodeFamily(message: Message): Values<typeof CONTROLLER> {
  return decodeAttributes(CONTROLLER, message.bytes, attributesStart(message), message.end);
}
