import type { Change } from '../../model/change.ts';
import type { DestinationId } from '../../model/destination.ts';
import type { ServiceId } from '../../model/service.ts';
import type { TableDifference } from './diff.ts';
import type { WantedDestination } from './wanted.ts';

/** A destination that is to go, alone or with its service. */
export interface Removal {
  readonly service: ServiceId;
  readonly destination: WantedDestination;
}

/**
 * The way from a table to a document, in the order in which it is safe to go. Every phase must have gone through before
 * the next one begins: nothing is removed while something that should replace it was refused.
 */
export interface Steps {
  /** Sync daemons that go: some destinations cannot be added before. */
  readonly stopDaemons: readonly Change[];
  /** Timeouts, new services and destinations. */
  readonly add: readonly Change[];
  /** Edits in place. */
  readonly edit: readonly Change[];
  /** Destinations that go, those of a service that goes among them. They have connections, perhaps. */
  readonly removals: readonly Removal[];
  /** Services that go. */
  readonly removeServices: readonly ServiceId[];
  /** Sync daemons that come, or come back with other settings: the kernel cannot edit one. */
  readonly startDaemons: readonly Change[];
}

/** Which changes lead from one to the other: one for each thing that differs, and two for a sync daemon's edit. */
export function stepsOf({ timeouts, daemons, services }: TableDifference): Steps {
  const [add, edit]: [Change[], Change[]] = [[], []];
  const removals: Removal[] = [];
  const removeServices: ServiceId[] = [];
  const times = Object.entries(timeouts).map(([key, { after }]) => [key, after]);
  if (times.length > 0) add.push({ kind: 'set-timeouts', timeouts: Object.fromEntries(times) });
  for (const { id, settings, destinations } of services) {
    const { before, after } = settings ?? {};
    if (after) {
      if (before) edit.push({ kind: 'set-service', service: { ...id, ...after } });
      else add.push({ kind: 'add-service', service: { ...id, ...after } });
    } else if (before) removeServices.push(id);
    for (const { before: was, after: becomes } of destinations) {
      if (was && becomes) edit.push({ kind: 'set-destination', service: id, destination: becomes });
      else if (becomes) add.push({ kind: 'add-destination', service: id, destination: becomes });
      else if (was) removals.push({ service: id, destination: was });
    }
  }
  const stop = ({ role, syncId = 0 }: { role: 'master' | 'backup'; syncId?: number }): Change => ({
    kind: 'stop-daemon',
    role,
    syncId,
  });
  return {
    stopDaemons: daemons.flatMap(({ before, after }) => (before && !after ? [stop(before)] : [])),
    add,
    edit,
    removals,
    removeServices,
    startDaemons: daemons.flatMap(({ before, after }): Change[] =>
      after ? [...(before ? [stop(before)] : []), { kind: 'start-daemon', daemon: after }] : [],
    ),
  };
}

/**
 * The changes of all steps when no connection has to be waited for. A service that goes takes its destinations with
 * it, so they are no changes of their own.
 */
export function changesOf(steps: Steps): Change[] {
  return [...steps.stopDaemons, ...steps.add, ...steps.edit, ...removalChanges(steps), ...steps.startDaemons];
}

/** What removes the destinations and services that go. */
export function removalChanges({
  removals,
  removeServices,
}: Pick<Steps, 'removals' | 'removeServices'>): Change[] {
  const whole = new Set(removeServices);
  return [
    ...removals.filter(({ service }) => !whole.has(service)).map((removal) => deletionOf(removal)),
    ...removeServices.map((service): Change => ({ kind: 'delete-service', service })),
  ];
}

function deletionOf({
  service,
  destination: { address, port },
}: {
  service: ServiceId;
  destination: DestinationId;
}): Change {
  return { kind: 'delete-destination', service, destination: { address, port } };
}

/** Takes new connections away from a destination, and changes nothing else about it. */
export function quiescenceOf({ service, destination }: Removal): Change {
  return { kind: 'set-destination', service, destination: { ...destination, weight: 0 } };
}
