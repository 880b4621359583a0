import { IpvsClient } from '../../src/ipvs/client.ts';

/**
 * A client of an IPVS that is nobody's: these tests clear the table, so they refuse to run where something is in it.
 * The namespace comes from outside (`scripts/lab`, or `scripts/lab --native` on a machine that has IPVS).
 */
export async function openEmpty(): Promise<IpvsClient> {
  const client = await IpvsClient.open();
  const services = await client.services();
  if (services.length > 0) {
    throw new Error(`this table is in use (${services.length} services): run the tests in scripts/lab`);
  }
  return client;
}

/** Back to how a fresh network namespace is. */
export async function reset(client: IpvsClient): Promise<void> {
  await client.flush();
  await client.setTimeouts({ tcp: 900, tcpFin: 120, udp: 300 });
  for (const { role, syncId } of await client.daemons()) await client.stopDaemon(role, syncId);
}
