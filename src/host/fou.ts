import type { Family } from '../model/address.ts';
import { AF_INET, AF_INET6 } from '../netlink/address-family.ts';
import { withConnection } from '../netlink/connection.ts';
import { addGuePort, deleteGuePort, dumpFouPorts, FOU_ENCAP_GUE } from '../netlink/families/fou.ts';
import { NETLINK_GENERIC } from '../netlink/families/generic.ts';

/** A UDP port on which the kernel takes an encapsulation off; `gue` is generic UDP encapsulation. */
export interface FouPort {
  readonly family: Family;
  readonly port: number;
  readonly gue: boolean;
}

/** The ports that are open now. None when the kernel has no such module loaded; it is not loaded for this. */
export async function listFouPorts(): Promise<FouPort[]> {
  const ports = await withConnection(NETLINK_GENERIC, dumpFouPorts);
  return ports.map(({ family, port, encapsulation }) => ({
    family: family === AF_INET6 ? 'inet6' : 'inet',
    port,
    gue: encapsulation === FOU_ENCAP_GUE,
  }));
}

/** Opens a port for GUE. Rejects with `EADDRINUSE` when a socket has it. */
export function openGuePort(family: Family, port: number): Promise<void> {
  return withConnection(NETLINK_GENERIC, (connection) => addGuePort(connection, numberOf(family), port));
}

export function closeGuePort(family: Family, port: number): Promise<void> {
  return withConnection(NETLINK_GENERIC, (connection) => deleteGuePort(connection, numberOf(family), port));
}

function numberOf(family: Family): number {
  return family === 'inet6' ? AF_INET6 : AF_INET;
}
