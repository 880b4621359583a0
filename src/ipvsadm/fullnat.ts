import { IpvsError } from '../ipvs/errors.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { Change } from '../model/change.ts';
import { formatServiceId, isFwmark, type ServiceId } from '../model/service.ts';
import { FullnatRefusal } from '../process/refusal.ts';
import { ownName, type World } from '../process/world.ts';
import { serviceIdWords } from '../syntax/ipvsadm/format.ts';

const ONE_PACKET =
  'one-packet scheduling (-o) does not go with FULLNAT: replies of masqueraded real servers would not be translated, and reach the client from the real server';

const NOT_SCTP = 'FULLNAT is for TCP, UDP and firewall marks, not for SCTP';

/** Throws a FullnatRefusal unless the service has local addresses, and keeps connections. */
export async function requireLocalAddresses(service: ServiceId, kernel: Kernel, world: World): Promise<void> {
  if (!isFwmark(service) && service.protocol === 'sctp') throw new FullnatRefusal(NOT_SCTP);
  if (!(await world.localAddresses()).has(formatServiceId(service))) {
    const option = serviceIdWords(service).join(' ');
    throw new FullnatRefusal(
      `${formatServiceId(service)} has no local addresses yet: ${world.programName} fullnat enable ${option} --local-address ADDRESS[-ADDRESS]`,
    );
  }
  const { onePacket } = await kernel.service(service).catch((error: unknown) => {
    // What the kernel says of the change itself is better.
    if (error instanceof IpvsError) return { onePacket: false };
    throw error;
  });
  if (onePacket) throw new FullnatRefusal(ONE_PACKET);
}

/** A change that has to be looked at before it is carried out: it gives a service one-packet scheduling. */
type Doubtful = Extract<Change, { kind: 'add-service' | 'set-service' }>;

export function isDoubtful(change: Change, world: World): change is Doubtful {
  if (change.kind !== 'add-service' && change.kind !== 'set-service') return false;
  return change.service.onePacket === true && ownName(world) !== undefined;
}

/** Throws a FullnatRefusal when a FULLNAT service is about to be given one-packet scheduling. */
export async function refuseOnePacket(change: Change, world: World): Promise<void> {
  if (!isDoubtful(change, world)) return;
  // A host without nft, or without the right to ask it, has no such service, or none that can be told.
  const known = await world.localAddresses().catch(() => undefined);
  if (known?.has(formatServiceId(change.service))) throw new FullnatRefusal(ONE_PACKET);
}
