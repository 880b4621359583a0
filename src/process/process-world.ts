import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../host/clock.ts';
import type { HostFinder } from '../host/hosts.ts';
import { parseServiceDatabase, type ServiceDatabase } from '../host/service-database.ts';
import { interrupt } from './interrupt.ts';
import { standardInput, writerTo } from './process-streams.ts';
import type { World, Writer } from './world.ts';

/** This process and this machine. Nothing is loaded or opened before it is used. */
export function processWorld(): World {
  const stderr = writerTo(2, () => process.stderr);
  const traced = () => netlinkOptions(stderr, process.env.LVSADM_TRACE);
  let finder: HostFinder | undefined;
  let database: ServiceDatabase | undefined;
  /** The names of ports, read at the first use. A system without the file has none. */
  const services = () => {
    database ??= parseServiceDatabase(readIfThere('/etc/services'));
    return database;
  };
  return {
    programName: basename(process.argv[1] ?? 'lvsadm', '.js'),
    environment: process.env,
    stdin: { [Symbol.asyncIterator]: standardInput },
    stdout: writerTo(1, () => process.stdout),
    stderr,
    version: readVersion,
    openKernel: async () => (await import('../ipvs/client.ts')).IpvsClient.open(await traced()),
    openHost: async () => (await import(/* apart */ '../host/host.ts')).openHost(await traced()),
    takeLock: async (...wanted) => (await import(/* apart */ '../host/lock.ts')).takeLock(...wanted),
    clock: systemClock,
    interrupt,
    loadModule: async () => (await import(/* apart */ '../host/modules.ts')).loadModule('ip_vs'),
    mayOpenRawSockets: async () =>
      (await import(/* apart */ '../host/capability.ts')).hasCapability('net-raw'),
    explainAbsence: async () =>
      (await import(/* apart */ '../host/modules.ts')).explainMissingModule('ip_vs'),
    findHost: async (name) => {
      finder ??= (await import(/* apart */ '../host/hosts.ts')).newHostFinder();
      return finder(name);
    },
    servicePort: (name, protocol) => services().port(name, protocol),
    findNames: async (addresses) => {
      const { findHostNames } = await import(/* apart */ '../host/names.ts');
      const hosts = await findHostNames(addresses);
      return {
        host: (address) => hosts.get(address),
        port: (port, protocol) => services().name(port, protocol),
      };
    },
    localAddresses: readLocalAddresses,
    readConnections: async () => readFileSync('/proc/net/ip_vs_conn', 'latin1'),
    readFile: async (path) => readFileSync(path, 'utf8'),
  };
}

/** A trace of what goes over netlink, where the environment asks for one. */
async function netlinkOptions(stderr: Writer, wanted: string | undefined) {
  if (!wanted) return {};
  return { trace: (await import(/* apart */ './trace.ts')).traceTo(stderr, wanted) };
}

function readVersion(): string {
  // This file is in dist/commands/, bundled into one of dist/, or run by one of bin/.
  const manifests = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const text = manifests.map(readIfThere).find((found) => found !== '') ?? '{}';
  return (JSON.parse(text) as { version?: string }).version ?? 'unknown';
}

function readIfThere(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function readLocalAddresses(): Promise<ReadonlyMap<string, string>> {
  const [{ openFullnatTable }, { formatPool }, { FullnatRefusal }] = await Promise.all([
    import(/* apart */ '../host/fullnat-door.ts'),
    import('../model/pool.ts'),
    import('./refusal.ts'),
  ]);
  const table = await openFullnatTable()
    .read()
    .catch((error: Error) => {
      throw error.name === 'NftError' ? new FullnatRefusal(error.message, { cause: error }) : error;
    });
  const pools = [...(table?.services ?? [])].map(
    ([service, mark]) => [service, table?.pools.get(mark)?.pool] as const,
  );
  return new Map(pools.flatMap(([service, pool]) => (pool ? [[service, formatPool(pool)] as const] : [])));
}
