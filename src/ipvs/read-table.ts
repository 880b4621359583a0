import type { DestinationStatus } from '../model/destination.ts';
import { formatEndpoint } from '../model/endpoint.ts';
import { formatServiceId, type ServiceId, type ServiceStatus } from '../model/service.ts';
import type { ServiceTable, Table } from '../model/table.ts';
import type { ListingOptions } from './channel.ts';
import { IpvsError } from './errors.ts';
import { sameDestination, sameService, sameSettings } from './same-table.ts';

/** A table that was read until two readings agreed, or until it was clear that they never would. */
export interface Reading {
  /** Each service once, and each destination once in its service. */
  readonly table: Table;
  /**
   * `false`: others changed the table during every reading. It has then what was there at the end, as far as can be
   * seen; what was changed meanwhile may be in it as it was before.
   */
  readonly settled: boolean;
}

/** What a table can be read from: an `IpvsClient`, or what stands in for one. */
export interface Readable {
  info(): Promise<Table['info']>;
  timeouts(): Promise<Table['timeouts']>;
  daemons(): Promise<Table['daemons']>;
  tables(options?: ListingOptions): Promise<ServiceTable[]>;
  service(id: ServiceId): Promise<ServiceStatus>;
  eachTable(services: Iterable<ServiceStatus>, visit: (table: ServiceTable) => void): Promise<void>;
}

/** Readings until we give up waiting for two that agree. */
const ATTEMPTS = 5;
/** How often the destinations of a service are listed again to find one that was there before. */
const SEARCHES = 3;

/** One reading, by keys, without repetitions. */
type Services = Map<string, ServiceTable>;

/**
 * Reads everything that IPVS is set to. The kernel goes on with a listing where it left off by counting, so that a
 * change in between makes it skip or repeat services and destinations, and it does not say so
 * (net/netfilter/ipvs/ip_vs_ctl.c, `ip_vs_genl_dump_services`, `ip_vs_genl_dump_dests`). So the table is read until two
 * readings in a row agree in all but what the kernel counts. When none do, what was missing in the last reading but was
 * there in one before is asked for by itself. Rejects with an IpvsError.
 */
export async function readTable(kernel: Readable, options: ListingOptions = {}): Promise<Reading> {
  const readings: Services[] = [];
  let before = await readSettings(kernel);
  for (let attempt = 1; ; attempt++) {
    // The first reading is only compared with.
    const counters = attempt > 1 && options.counters !== false;
    readings.push(byKey(await kernel.tables({ counters })));
    if (attempt === 1) continue;
    const after = await readSettings(kernel);
    const settled = sameSettings(before, after) && sameServices(readings.at(-2)!, readings.at(-1)!);
    before = after;
    if (!settled && attempt < ATTEMPTS) continue;
    const services = settled ? readings.at(-1)! : await findMissing(kernel, readings);
    return { table: { ...after, services: [...services.values()] }, settled };
  }
}

/** Everything but the services. */
async function readSettings(kernel: Readable): Promise<Omit<Table, 'services'>> {
  const [info, timeouts, daemons] = [await kernel.info(), await kernel.timeouts(), await kernel.daemons()];
  return { info, timeouts, daemons };
}

function byKey(tables: readonly ServiceTable[]): Services {
  const services: Services = new Map();
  for (const table of tables) services.set(formatServiceId(table), withoutRepetitions(table));
  return services;
}

/** Of two that go by the same address and port, the later one was listed later. */
function withoutRepetitions(table: ServiceTable): ServiceTable {
  const destinations = new Map(table.destinations.map((item) => [formatEndpoint(item), item]));
  return destinations.size === table.destinations.length
    ? table
    : { ...table, destinations: [...destinations.values()] };
}

function sameServices(a: Services, b: Services): boolean {
  if (a.size !== b.size) return false;
  for (const [key, service] of a) {
    const other = b.get(key);
    if (!other || !sameService(service, other)) return false;
    const { destinations } = service;
    if (destinations.length !== other.destinations.length) return false;
    // Mostly they come in the same order.
    const ordered = destinations.every((item, index) => sameDestination(item, other.destinations[index]!));
    if (!ordered && !sameSet(destinations, other.destinations)) return false;
  }
  return true;
}

function sameSet(a: readonly DestinationStatus[], b: readonly DestinationStatus[]): boolean {
  const others = new Map(b.map((item) => [formatEndpoint(item), item]));
  return a.every((item) => {
    const other = others.get(formatEndpoint(item));
    return other !== undefined && sameDestination(item, other);
  });
}

/** The last reading, and of what only those before had, what is still there. */
async function findMissing(kernel: Readable, readings: readonly Services[]): Promise<Services> {
  const found: Services = new Map(readings.at(-1)!);
  for (const reading of readings.slice(0, -1)) {
    for (const [key, service] of reading) {
      const known = found.get(key);
      const lacks = !known || !hasAll(known, service.destinations);
      const present = lacks ? await findService(kernel, known ?? service, service.destinations) : known;
      if (present) found.set(key, present);
      else found.delete(key);
    }
  }
  return found;
}

/**
 * Asks for one service, which the kernel finds without going through the others, and lists its destinations until all
 * that were there before have been seen again. `undefined` when it is gone.
 */
async function findService(
  kernel: Readable,
  service: ServiceTable,
  before: readonly DestinationStatus[],
): Promise<ServiceTable | undefined> {
  try {
    const status = await kernel.service(service);
    let found: ServiceTable = { ...status, destinations: [] };
    for (let search = 0; search < SEARCHES && (search === 0 || !hasAll(found, before)); search++) {
      await kernel.eachTable([status], ({ destinations }) => {
        found = withoutRepetitions({ ...status, destinations: [...found.destinations, ...destinations] });
      });
    }
    return found;
  } catch (error) {
    if (error instanceof IpvsError && error.code === 'ESRCH') return undefined;
    throw error;
  }
}

function hasAll(service: ServiceTable, wanted: readonly DestinationStatus[]): boolean {
  if (wanted.length === 0) return true;
  const present = new Set(service.destinations.map(formatEndpoint));
  return wanted.every((item) => present.has(formatEndpoint(item)));
}
