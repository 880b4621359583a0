import { familyOf } from '../../model/address.ts';
import type { Daemon } from '../../model/daemon.ts';
import { type ServiceId, type ServiceSettings, serviceFamily } from '../../model/service.ts';
import type { Timeouts } from '../../model/timeouts.ts';
import {
  destinationKey,
  destinationOf,
  serviceIdOf,
  serviceKey,
  serviceSettingsOf,
  type Wanted,
  type WantedDestination,
  type WantedService,
} from './wanted.ts';

/** One thing before and after: added without a before, removed without an after. */
export interface Difference<T> {
  readonly before?: T;
  readonly after?: T;
}

/** A service that is not as it is wanted, or one of whose destinations is not. */
export interface ServiceDifference {
  readonly id: ServiceId;
  /** Absent when only destinations differ. */
  readonly settings?: Difference<ServiceSettings>;
  /** What the service is set to, in the end; where it is removed, in the beginning. */
  readonly shown: ServiceSettings;
  /** Those that differ, in the document's order; removed ones at the end. */
  readonly destinations: readonly Difference<WantedDestination>[];
  /** How many destinations are as they are wanted. */
  readonly unchanged: number;
}

/** What is between a table and a document. */
export interface TableDifference {
  readonly timeouts: Partial<Record<keyof Timeouts, { readonly before: number; readonly after: number }>>;
  readonly daemons: readonly Difference<Daemon>[];
  readonly services: readonly ServiceDifference[];
  /** What the document does not mention and nobody asked to remove. */
  readonly strangers: { readonly services: readonly ServiceId[]; readonly daemons: readonly Daemon[] };
}

export interface DiffOptions {
  /** Whether services and sync daemons that the document does not mention are to go. */
  readonly prune: boolean | { readonly services: ReadonlySet<string>; readonly daemons: ReadonlySet<string> };
}

/** Compares what is with what is wanted. Pure. */
export function diffTable(current: Wanted, wanted: Wanted, { prune }: DiffOptions): TableDifference {
  const goes = (kind: 'services' | 'daemons', key: string) =>
    typeof prune === 'boolean' ? prune : prune[kind].has(key);
  const present = new Map(current.services.map((service) => [serviceKey(service), service]));
  const named = new Set(wanted.services.map(serviceKey));
  const unnamed = current.services.filter((service) => !named.has(serviceKey(service)));
  const pruned = unnamed.filter((service) => goes('services', serviceKey(service)));
  const roles = new Set(wanted.daemons.map(({ role }) => role));
  const otherDaemons = current.daemons.filter(({ role }) => !roles.has(role));
  return {
    timeouts: diffTimeouts(current.timeouts, wanted.timeouts),
    daemons: [
      ...otherDaemons.filter(({ role }) => goes('daemons', role)).map((before) => ({ before })),
      ...wanted.daemons.flatMap((after) => diffDaemon(current.daemons, after)),
    ],
    services: [
      ...wanted.services.flatMap((service) => diffService(present.get(serviceKey(service)), service)),
      ...pruned.map(removedService),
    ],
    strangers: {
      services: unnamed.filter((service) => !pruned.includes(service)).map(serviceIdOf),
      daemons: otherDaemons.filter(({ role }) => !goes('daemons', role)),
    },
  };
}

/** Whether there is nothing to change; strangers may be there all the same. */
export function isSame({ timeouts, daemons, services }: TableDifference): boolean {
  return Object.keys(timeouts).length === 0 && daemons.length === 0 && services.length === 0;
}

/** A sync daemon, and a destination of another family than its service: the kernel has no room for both. */
export interface FamilyConflict {
  readonly daemon: Daemon;
  readonly service: ServiceId;
  readonly destination: WantedDestination;
}

/**
 * What the kernel would refuse of a difference because of a sync daemon: to start one beside a destination of another
 * family than its service, or to add such a destination beside one.
 */
export function findFamilyConflict(
  current: Wanted,
  { daemons, services }: TableDifference,
): FamilyConflict | undefined {
  const starting = daemons.find(({ after }) => after)?.after;
  const running = current.daemons.find(({ role }) => !daemons.some(({ before }) => before?.role === role));
  const daemon = starting ?? running;
  if (!daemon) return undefined;
  for (const { id, destinations } of services) {
    const added = destinations.find(({ before, after }) => after && !before && isForeign(id, after))?.after;
    if (added) return { daemon, service: id, destination: added };
  }
  if (!starting) return undefined;
  for (const service of current.services) {
    const removed = services.find(({ id }) => serviceKey(id) === serviceKey(service))?.destinations ?? [];
    const stays = service.destinations.find(
      (destination) =>
        isForeign(service, destination) && !removed.some((item) => isRemoval(item, destination)),
    );
    if (stays) return { daemon, service: serviceIdOf(service), destination: stays };
  }
  return undefined;
}

function isForeign(service: ServiceId, { address }: WantedDestination): boolean {
  return familyOf(address) !== serviceFamily(service);
}

function isRemoval(
  { before, after }: Difference<WantedDestination>,
  destination: WantedDestination,
): boolean {
  return (
    before !== undefined && after === undefined && destinationKey(before) === destinationKey(destination)
  );
}

function diffTimeouts(current: Partial<Timeouts>, wanted: Partial<Timeouts>): TableDifference['timeouts'] {
  const differing = (['tcp', 'tcpFin', 'udp'] as const).flatMap((key) => {
    const [before = 0, after] = [current[key], wanted[key]];
    return after === undefined || before === after ? [] : [[key, { before, after }] as const];
  });
  return Object.fromEntries(differing);
}

/** A field that one side does not tell is not compared: an old kernel does not report it, or anything will do. */
function diffDaemon(current: readonly Daemon[], after: Daemon): Difference<Daemon>[] {
  const before = current.find(({ role }) => role === after.role);
  if (!before) return [{ after }];
  const same = (['interface', 'syncId', 'maxLength', 'group', 'port', 'ttl'] as const).every(
    (field) => before[field] === undefined || after[field] === undefined || before[field] === after[field],
  );
  return same ? [] : [{ before, after }];
}

function diffService(before: WantedService | undefined, after: WantedService): ServiceDifference[] {
  const [was, shown] = [before && serviceSettingsOf(before), serviceSettingsOf(after)];
  const destinations = diffDestinations(before?.destinations ?? [], after.destinations);
  const differs = was === undefined || !isEqual(was, shown);
  if (!differs && destinations.length === 0) return [];
  const unchanged = after.destinations.length - destinations.filter((item) => item.after).length;
  const settings = { ...(was && { before: was }), after: shown };
  return [{ id: serviceIdOf(after), ...(differs && { settings }), shown, destinations, unchanged }];
}

function removedService(service: WantedService): ServiceDifference {
  const shown = serviceSettingsOf(service);
  const destinations = service.destinations.map((before) => ({ before: destinationOf(before) }));
  return { id: serviceIdOf(service), settings: { before: shown }, shown, destinations, unchanged: 0 };
}

function diffDestinations(
  current: readonly WantedDestination[],
  wanted: readonly WantedDestination[],
): Difference<WantedDestination>[] {
  const present = new Map(current.map((item) => [destinationKey(item), destinationOf(item)]));
  const found: Difference<WantedDestination>[] = [];
  for (const destination of wanted) {
    const key = destinationKey(destination);
    const [before, after] = [present.get(key), destinationOf(destination)];
    present.delete(key);
    if (!before || !isEqual(before, after)) found.push({ ...(before && { before }), after });
  }
  return [...found, ...[...present.values()].map((before) => ({ before }))];
}

/** Of two plain values whose fields are in the same order, which is how everything here is made. */
function isEqual(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
