import { fstatSync, readFileSync, readSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { parseServiceDatabase, type ServiceDatabase } from '../host/service-database.ts';
import type { Names } from '../ipvsadm/names.ts';
import type { World, Writer } from '../ipvsadm/world.ts';
import type { Address } from '../model/address.ts';

/** This process and this machine. Nothing is loaded or opened before it is used. */
export function processWorld(): World {
  return {
    programName: basename(process.argv[1] ?? 'lvsadm', '.js'),
    environment: process.env,
    stdin: { [Symbol.asyncIterator]: standardInput },
    stdout: writerTo(1, () => process.stdout),
    stderr: writerTo(2, () => process.stderr),
    version: readVersion,
    openKernel: async () => (await import('../ipvs/client.ts')).IpvsClient.open(),
    loadModule: async () => (await import('../host/modules.ts')).loadModule('ip_vs'),
    explainAbsence: async () => (await import('../host/modules.ts')).explainMissingModule('ip_vs'),
    findHost: async (name) => (await import('../host/hosts.ts')).findHost(name),
    servicePort: (name, protocol) => services().port(name, protocol),
    findNames,
    localAddresses: readLocalAddresses,
    readConnections: async () => readFileSync('/proc/net/ip_vs_conn', 'latin1'),
    readFile: async (path) => readFileSync(path, 'utf8'),
  };
}

function readVersion(): string {
  // This file is in dist/commands/, bundled into one of dist/, or run by one of bin/.
  const manifests = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const text = manifests.map(readIfThere).find((found) => found !== '') ?? '{}';
  return (JSON.parse(text) as { version?: string }).version ?? 'unknown';
}

let database: ServiceDatabase | undefined;

/** The names of ports, read at the first use. A system without the file has none. */
function services(): ServiceDatabase {
  database ??= parseServiceDatabase(readIfThere('/etc/services'));
  return database;
}

function readIfThere(path: string | URL): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

async function readLocalAddresses(): Promise<ReadonlyMap<string, string>> {
  const [{ openFullnatTable }, { formatPool }, { FullnatRefusal }] = await Promise.all([
    import('../host/fullnat-door.ts'),
    import('../model/pool.ts'),
    import('../ipvsadm/fullnat.ts'),
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

async function findNames(addresses: ReadonlySet<Address>): Promise<Names> {
  const { findHostNames } = await import('../host/names.ts');
  const hosts = await findHostNames(addresses);
  return { host: (address) => hosts.get(address), port: (port, protocol) => services().name(port, protocol) };
}

const STANDARD_INPUT = 0;
const PIECE = 16_384;

/** Whether some output waits in a stream for its reader: then nothing may hold the process up. */
let isStreaming = false;

/**
 * Standard input as it arrives, read as a file is; Node's stream does it only where somebody has made reading end with
 * EAGAIN instead of waiting, and while output waits. A piece is good until the next one is asked for.
 */
async function* standardInput(): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  while (!isStreaming) {
    let length: number;
    try {
      length = readSync(STANDARD_INPUT, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      break;
    }
    if (length === 0) return;
    yield piece.subarray(0, length);
  }
  yield* process.stdin;
}

/**
 * Standard output or error, whose reader may go away, or whose disk may be full: as with ipvsadm that changes neither
 * the exit code nor what is done. It is written to as a file: Node's streams take longer to load than most commands
 * to run, and are left to what only they can do.
 */
function writerTo(
  descriptor: number,
  stream: () => NodeJS.WriteStream,
): Writer & { readonly isTTY: boolean; readonly columns: number | undefined } {
  let broken = false;
  let target: NodeJS.WriteStream | undefined;
  const writeToStream = (rest: string | Buffer) => {
    target ??= stream().on('error', () => (broken = true));
    isStreaming = true;
    target.write(rest);
  };
  return {
    get isTTY() {
      return fstatSync(descriptor).isCharacterDevice() && stream().isTTY === true;
    },
    get columns() {
      return stream().columns;
    },
    write(text) {
      if (broken || text === '') return;
      try {
        const rest = target ? text : writeFully(descriptor, bytesOf(text));
        if (rest) writeToStream(rest);
      } catch {
        broken = true;
      }
    },
  };
}

const room = Buffer.allocUnsafeSlow(65_536);

/** UTF-8, good until the next text: most texts are small, and memory costs more than writing. */
function bytesOf(text: string): Buffer {
  // No character has more than three bytes per UTF-16 unit.
  return text.length * 3 <= room.length ? room.subarray(0, room.write(text)) : Buffer.from(text);
}

/** Writes to a file or a pipe. Returns what is left when that would have to wait for the reader. */
function writeFully(descriptor: number, bytes: Buffer): Buffer | undefined {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return Buffer.from(bytes.subarray(written));
    }
  }
  return undefined;
}
