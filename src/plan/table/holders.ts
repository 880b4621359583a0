import type { DestinationSettings } from '../../model/destination.ts';
import { formatDuration } from '../../model/duration.ts';
import { isFwmark, type ServiceId, type ServiceSettings } from '../../model/service.ts';
import type { Timeouts } from '../../model/timeouts.ts';

/** What is known about a destination whose connections do not go away. */
export interface HolderFacts {
  readonly service: ServiceId & ServiceSettings;
  readonly forwarding: DestinationSettings['forwarding'];
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
  readonly timeouts: Timeouts;
  /** net.ipv4.vs.expire_quiescent_template; `undefined` where it cannot be read. */
  readonly expireQuiescentTemplate: boolean | undefined;
}

/** What still holds a drained destination, and for how long: a sentence for each reason. */
export function findHolders({
  service,
  forwarding,
  active,
  inactive,
  persistent,
  timeouts,
  ...facts
}: HolderFacts): string[] {
  const found: string[] = [];
  const datagrams = !isFwmark(service) && service.protocol === 'udp';
  if (active > 0) {
    const unseen =
      forwarding === 'masquerade' ? '' : '; the director does not see replies, so a close may go unnoticed';
    found.push(`${active} active connections: idle ones go after ${formatDuration(timeouts.tcp)}${unseen}`);
  }
  if (inactive > 0) {
    const time = formatDuration(datagrams ? timeouts.udp : timeouts.tcpFin);
    found.push(`${inactive} inactive connections: closed or not yet open, remembered for up to ${time}`);
  }
  if (persistent > 0) {
    const time = formatDuration(service.persistenceTimeout);
    found.push(`${persistent} persistent clients: each is sent here until it has been away for ${time}`);
    if (facts.expireQuiescentTemplate === false) {
      found.push(
        'net.ipv4.vs.expire_quiescent_template is 0: `sysctl -w net.ipv4.vs.expire_quiescent_template=1` has their next connections go elsewhere',
      );
    }
  }
  return found;
}
