import type { Family } from '../model/address.ts';
import { decodeAttributes, encodeAttributes } from '../netlink/attributes.ts';
import { Connection } from '../netlink/connection.ts';
import {
  attributesStart,
  encodeGenericHeader,
  listFamilies,
  NETLINK_GENERIC,
  resolveFamily,
} from '../netlink/generic.ts';
import { AF_INET, AF_INET6, FOU } from '../netlink/route-layout.ts';
import type { Writer } from '../netlink/writer.ts';

// Generic netlink family `fou`: include/uapi/linux/fou.h, net/ipv4/fou.c.
const NAME = 'fou';
const VERSION = 1;
const FOU_CMD_ADD = 1;
const FOU_CMD_DEL = 2;
const FOU_CMD_GET = 3;
const FOU_ENCAP_GUE = 2;

/** A UDP port on which the kernel takes an encapsulation off; `gue` is generic UDP encapsulation. */
export interface FouPort {
  readonly family: Family;
  readonly port: number;
  readonly gue: boolean;
}

/** The ports that are open now. None when the kernel has no such module loaded; it is not loaded for this. */
export function listFouPorts(): Promise<FouPort[]> {
  return withConnection(async (connection) => {
    const family = (await listFamilies(connection)).get(NAME);
    if (family === undefined) return [];
    const ports: FouPort[] = [];
    await connection.dump(
      family,
      (writer) => encodeGenericHeader(writer, FOU_CMD_GET, VERSION),
      (message) => {
        const found = decodeAttributes(FOU, message.bytes, attributesStart(message), message.end);
        ports.push({
          family: found.family === AF_INET6 ? 'inet6' : 'inet',
          port: found.port ?? 0,
          gue: found.encapsulation === FOU_ENCAP_GUE,
        });
      },
    );
    return ports;
  });
}

/** Opens a port for GUE. Rejects with `EADDRINUSE` when a socket has it. */
export function openGuePort(family: Family, port: number): Promise<void> {
  return request(FOU_CMD_ADD, family, port);
}

export function closeGuePort(family: Family, port: number): Promise<void> {
  return request(FOU_CMD_DEL, family, port);
}

function request(command: number, family: Family, port: number): Promise<void> {
  return withConnection(async (connection) => {
    const number = family === 'inet6' ? AF_INET6 : AF_INET;
    const encapsulation = command === FOU_CMD_ADD ? FOU_ENCAP_GUE : undefined;
    const payload = (writer: Writer) => {
      encodeGenericHeader(writer, command, VERSION);
      encodeAttributes(writer, FOU, { port, family: number, encapsulation });
    };
    await connection.request(await resolveFamily(connection, NAME), payload);
  });
}

async function withConnection<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = new Connection(NETLINK_GENERIC);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
