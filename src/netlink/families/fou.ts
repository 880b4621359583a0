import { decodeAttributes, encodeAttributes, someOf } from '../attributes.ts';
import { u8, u16be } from '../codecs.ts';
import type { Connection } from '../connection.ts';
import type { Message } from '../message.ts';
import type { Writer } from '../writer.ts';
import { attributesStart, encodeGenericHeader, listFamilies, resolveFamily } from './generic.ts';

// Generic netlink family `fou`, which takes an encapsulation in UDP off: include/uapi/linux/fou.h, net/ipv4/fou.c.
const FOU_NAME = 'fou';
const VERSION = 1;
const FOU_CMD_ADD = 1;
const FOU_CMD_DEL = 2;
const FOU_CMD_GET = 3;
/** Generic UDP encapsulation. */
export const FOU_ENCAP_GUE = 2;

const FOU = someOf({
  port: { type: 1, codec: u16be },
  /** AF_…, one byte. */
  family: { type: 2, codec: u8 },
  protocol: { type: 3, codec: u8 },
  encapsulation: { type: 4, codec: u8 },
});

/** A UDP port on which the kernel takes an encapsulation off. */
export interface RawFouPort {
  /** AF_… */
  readonly family: number;
  readonly port: number;
  /** FOU_ENCAP_… */
  readonly encapsulation: number;
}

/** The ports that are open now. None when the kernel has no such module loaded; it is not loaded for this. */
export async function dumpFouPorts(connection: Connection): Promise<RawFouPort[]> {
  const number = (await listFamilies(connection)).get(FOU_NAME);
  if (number === undefined) return [];
  return connection.dump(
    number,
    (writer) => encodeGenericHeader(writer, FOU_CMD_GET, VERSION),
    decodeFouPort,
  );
}

export function decodeFouPort(message: Message): RawFouPort {
  const { bytes, end } = message;
  const {
    family = 0,
    port = 0,
    encapsulation = 0,
  } = decodeAttributes(FOU, bytes, attributesStart(message), end);
  return { family, port, encapsulation };
}

/** Opens a port for GUE; the kernel loads the module. Rejects with `EADDRINUSE` when a socket has it. */
export function addGuePort(connection: Connection, family: number, port: number): Promise<void> {
  return request(connection, FOU_CMD_ADD, { family, port, encapsulation: FOU_ENCAP_GUE });
}

export function deleteGuePort(connection: Connection, family: number, port: number): Promise<void> {
  return request(connection, FOU_CMD_DEL, { family, port });
}

async function request(
  connection: Connection,
  command: number,
  { family, port, encapsulation }: Omit<RawFouPort, 'encapsulation'> & { encapsulation?: number },
): Promise<void> {
  const payload = (writer: Writer) => {
    encodeGenericHeader(writer, command, VERSION);
    encodeAttributes(writer, FOU, { port, family, encapsulation });
  };
  await connection.request(await resolveFamily(connection, FOU_NAME), payload);
}
