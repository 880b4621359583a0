import type { Address } from '../../model/address.ts';
import type { Hop } from '../../model/hop.ts';
import type { Link, Neighbour, ResolvedRoute } from '../../model/network.ts';
import type { Packet } from '../../model/packet.ts';
import type { Pool } from '../../model/pool.ts';
import { formatServiceId, isFwmark, isPersistent } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';
import { type Chance, picksBlindly, weighChances } from './choice.ts';
import { type Leg, type Reach, reachOf } from './leg.ts';
import type { Match } from './match.ts';
import { findObstacles } from './obstacles.ts';
import { planHops } from './path.ts';
import type { Sticky } from './template.ts';

/** What was seen of the director's network. */
export interface WayOut {
  readonly links: readonly Link[];
  readonly neighbours: readonly Neighbour[];
  /** The kernel's answer for the VIP, the client and every real server of the service. */
  readonly routes: ReadonlyMap<Address, ResolvedRoute>;
  readonly forwards: boolean | undefined;
  /** The local addresses, where the service is FULLNAT. */
  readonly pool: Pool | undefined;
}

/** What becomes of a packet. */
export interface Explanation {
  readonly packet: Packet;
  readonly match: Match | undefined;
  /** By what the scheduler picks. */
  readonly rule: string;
  readonly sticky: Sticky | undefined;
  readonly ways: readonly Way[];
  /** The one that the packet goes, or may go: what persistence or the scheduler says, else the first that can be. */
  readonly shown: Way | undefined;
  /** What is in the way whichever destination it is. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** Every destination that may get the packet can be reached, and there is one. */
  readonly arrives: boolean;
}

/** The way by one destination. */
export interface Way {
  readonly chance: Chance;
  /** None when the destination cannot be reached at all. */
  readonly hops: readonly Hop[];
  /** The real server sees a local address in the place of the client's. */
  readonly fullnat: boolean;
  readonly problems: readonly string[];
}

const BLIND =
  'a client whose hash picks a destination that takes no new connections is refused; the scheduler’s flag fallback has it go elsewhere (sh, mh)';

/** What becomes of a packet that a service takes. */
export function explainMatch(
  packet: Packet,
  match: Match,
  sticky: Sticky | undefined,
  out: WayOut,
  notes: readonly string[],
): Explanation {
  const { rule, chances } = weighChances(match.service);
  const virtual = reach(packet.destination.address, out);
  const client = packet.client === undefined ? undefined : reach(packet.client, out);
  const ways = chances.map((chance) => wayOf(chance, packet, client, out));
  const problems = [...(virtual.kind === 'local' ? [] : [notHere(packet)]), ...unscheduled(match, packet)];
  const takers = sticky
    ? ways.filter(({ chance }) => chance.destination === sticky.destination)
    : ways.filter(({ chance }) => chance.eligible !== 'no');
  if (takers.length === 0) problems.push(nobody(match.service));
  const isBlind = !sticky && takers.length > 0 && takers.length < ways.length && picksBlindly(match.service);
  const warnings = isBlind ? [BLIND] : [];
  const shown = takers.find(({ chance }) => chance.next) ?? takers[0] ?? ways[0];
  const arrives = problems.length === 0 && takers.every((way) => way.problems.length === 0);
  return { packet, match, rule, sticky, ways, shown, problems, notes: [...notes, ...warnings], arrives };
}

/** What becomes of a packet that no service takes. */
export function explainStranger(
  packet: Packet,
  services: readonly ServiceTable[],
  notes: readonly string[],
): Explanation {
  const { address } = packet.destination;
  const near = services
    .flatMap((service) => (!isFwmark(service) && service.address === address ? [service] : []))
    .sort((one, other) => one.port - other.port);
  const hint = near.length > 0 ? [`services of this address: ${near.map(formatServiceId).join(', ')}`] : [];
  return {
    packet,
    match: undefined,
    rule: '',
    sticky: undefined,
    ways: [],
    shown: undefined,
    problems: ['no service takes this packet: it is handled as if there were no IPVS'],
    notes: [...hint, ...notes],
    arrives: false,
  };
}

function wayOf(chance: Chance, packet: Packet, client: Reach | undefined, out: WayOut): Way {
  const { destination } = chance;
  const server = reach(destination.address, out);
  const pool = destination.forwarding === 'masquerade' ? out.pool : undefined;
  const hops =
    server.kind === 'none'
      ? []
      : planHops({
          client: { address: packet.client, port: packet.clientPort },
          virtual: packet.destination,
          destination,
          toClient: legOf(client),
          toServer: legOf(server),
          pool,
        });
  const fullnat = pool !== undefined;
  const problems = findObstacles({
    destination,
    server,
    client,
    clientAddress: packet.client,
    forwards: out.forwards,
    fullnat,
  });
  return { chance, hops, fullnat, problems };
}

function reach(address: Address, { routes, links, neighbours }: WayOut): Reach {
  return reachOf(address, routes.get(address) ?? { type: 'none' }, links, neighbours);
}

function legOf(place: Reach | undefined): Leg | 'local' | undefined {
  if (place?.kind === 'leg') return place.leg;
  return place?.kind === 'local' ? 'local' : undefined;
}

function notHere({ destination, mark }: Packet): string {
  const marked = mark === 0 ? '' : ', nor does a routing rule for its mark make it so';
  return `${destination.address} is not an address of this director${marked}: IPVS sees only packets that are for this host`;
}

/** Services of port 21 and 0 take other ports for persistent clients only. */
function unscheduled({ by, service }: Match, { destination }: Packet): string[] {
  if (isPersistent(service) || by === 'mark' || by === 'address') return [];
  const end = by === 'ftp' ? 'this packet is handled as if there were no IPVS' : 'this packet is refused';
  return [
    `${formatServiceId(service)} is not persistent, so that it takes no port ${destination.port}: ${end}`,
  ];
}

function nobody({ destinations }: ServiceTable): string {
  const end = 'new connections are refused';
  return destinations.length === 0
    ? `the service has no destinations: ${end}`
    : `no destination takes new connections: ${end}`;
}
