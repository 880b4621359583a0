import type { Host } from '../../host/host.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import { type FullnatStatus, renderFullnatStatus } from '../../output/fullnat.ts';
import { type Fullnat, fullnatMark } from '../../plan/host/fullnat.ts';
import { countUse, warnOfTracking, warnOfUse } from '../../plan/host/fullnat-use.ts';
import type { World } from '../../process/world.ts';
import { EXIT } from '../exit-codes.ts';
import { openJournal } from '../open-journal.ts';
import type { CommonOptions } from '../role.ts';
import { check, recordedTargets } from '../status.ts';
import { type Balanced, fullnatOf, inspectFirewall, onePacketText, ROLE, readService } from './role.ts';

/** Tells whether the services on record are as they were enabled, and how full their local addresses are. */
export async function status(
  names: readonly string[],
  options: CommonOptions,
  world: World,
): Promise<number> {
  const machine = await world.openHost();
  try {
    const recorded = recordedTargets(ROLE, await openJournal(options.stateDir));
    const targets = recorded.filter(({ owner }) => names.length === 0 || names.includes(owner));
    const network = await machine.network();
    const statuses: FullnatStatus[] = [];
    for (const target of targets) {
      const fullnat = fullnatOf(target.words);
      const checked = await check(ROLE, target, machine, network);
      statuses.push({ ...checked, ...(await examine(fullnat, machine)) });
    }
    const tracking = await machine.tracking();
    const trackingStatus = { ...tracking, warnings: warnOfTracking(tracking) };
    world.stdout.write(renderFullnatStatus(statuses, trackingStatus, options.json ? 'json' : 'text'));
    if (statuses.length === 0 || statuses.some(({ problems }) => problems.length > 0))
      return EXIT.notPrepared;
    const warned = [trackingStatus, ...statuses].some(({ warnings }) => warnings.length > 0);
    return warned ? EXIT.warned : EXIT.ok;
  } finally {
    await machine.close();
  }
}

async function examine(fullnat: Fullnat, machine: Host): Promise<Pick<FullnatStatus, 'uses' | 'warnings'>> {
  const connections = await machine.translations(fullnatMark(fullnat.service), 0xffffffff);
  // What was not given a local address has none of its ports.
  const own = new Set(fullnat.pool.addresses);
  const uses = countUse(
    connections.filter(({ localAddress }) => own.has(localAddress)),
    fullnat.pool,
  );
  const found = await readService(fullnat);
  const warnings = [
    ...warnOfUse(uses),
    ...(await inspectFirewall(fullnat, found?.destinations ?? [], machine)),
    ...inspectService(fullnat, found),
  ];
  return { uses, warnings };
}

/** What IPVS has that does not go together with FULLNAT. */
function inspectService(fullnat: Fullnat, found: Balanced | undefined): string[] {
  if (!found) return ['IPVS has no such service yet'];
  return [
    ...(found.service.onePacket ? [onePacketText(fullnat)] : []),
    ...found.destinations
      .filter(({ forwarding }) => forwarding !== 'masquerade')
      .map(
        (destination) =>
          `real server ${formatEndpoint(destination)} is not masqueraded, so that FULLNAT breaks it; add it with --fullnat`,
      ),
  ];
}
