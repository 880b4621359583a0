import { formatServiceId } from '../model/service.ts';
import { PlanRefusal } from '../plan/refusal.ts';
import type { TableDifference } from '../plan/table/diff.ts';
import { destinationKey, serviceKey } from '../plan/table/wanted.ts';
import type { World } from '../process/world.ts';
import { type Documents, refuseProblems } from './documents.ts';

/** Refuses a plan that would make a service useless: what a document leaves doubtful and the plan would bring about. */
export function refuseDoubts(difference: TableDifference, { doubts }: Documents, world: World): void {
  const problems = doubts.filter(({ service, destination }) => becomes(difference, service, destination));
  if (problems.length > 0) throw refuseProblems(problems, world);
}

/** Throws a PlanRefusal when a service that is FULLNAT here is to have one-packet scheduling. */
export async function refuseOnePacket({ services }: TableDifference, world: World): Promise<void> {
  const wanted = services
    .filter(({ settings }) => settings?.after?.onePacket)
    .map(({ id }) => serviceKey(id));
  if (wanted.length === 0) return;
  const host = await world.openHost();
  try {
    // A host without nft, or without the right to ask it, has no such service, or none that can be told.
    const table = await host.fullnat().catch(() => undefined);
    const found = wanted.find((key) => table?.services.has(key));
    if (found === undefined) return;
    throw new PlanRefusal(
      `one-packet scheduling does not go with FULLNAT, which ${found} is: replies of masqueraded real servers would not be translated; nothing was changed`,
    );
  } finally {
    await host.close();
  }
}

/** Whether a service or destination comes into being, or is changed. */
function becomes({ services }: TableDifference, service: string, destination: string | undefined): boolean {
  const found = services.find(({ id }) => serviceKey(id) === service);
  if (destination === undefined) return found?.settings?.after !== undefined;
  return found?.destinations.some(({ after }) => after && destinationKey(after) === destination) ?? false;
}

/** What the documents do not mention, each by its name. */
export function formatStrangers({ strangers: { services, daemons } }: TableDifference): string[] {
  return [...services.map(formatServiceId), ...daemons.map(({ role }) => `the ${role} sync daemon`)];
}

export function tellStrangers(difference: TableDifference, world: World): void {
  const names = formatStrangers(difference);
  if (names.length === 0) return;
  const some = names.length > 5 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
  world.stderr.write(
    `note: not in the documents, and left alone: ${some.join(', ')} (--prune removes what is not mentioned)\n`,
  );
}
