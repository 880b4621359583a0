import { systemClock } from '../host/clock.ts';
import type { Host } from '../host/host.ts';
import { NftError } from '../host/nft.ts';
import { parseConnections } from '../ipvs/connection-table.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import { type Address, familyOf } from '../model/address.ts';
import type { Clock } from '../model/clock.ts';
import type { Link, ResolvedRoute } from '../model/network.ts';
import type { Packet } from '../model/packet.ts';
import type { Pool } from '../model/pool.ts';
import { formatServiceId, isFwmark, isPersistent } from '../model/service.ts';
import type { ServiceTable } from '../model/table.ts';
import { findMarkings } from '../plan/firewall/marks.ts';
import { type Explanation, explainMatch, explainStranger, type WayOut } from '../plan/packet/explanation.ts';
import { type Match, matchService } from '../plan/packet/match.ts';
import { findSticky, type Sticky } from '../plan/packet/template.ts';
import { PlanRefusal } from '../plan/refusal.ts';

/** Milliseconds to wait for answers: the kernel asks three times, once a second. */
const ASK_TIME = 3500;
const PAUSE = 50;

/** A packet, and the destination whose way is to be shown, where one was named. */
export interface PacketQuestion {
  /** Its mark is `undefined` when nothing is said of it: the firewall tells, then. */
  readonly packet: Omit<Packet, 'mark'> & { readonly mark: number | undefined };
  readonly by: { readonly address: Address; readonly port: number | undefined } | undefined;
  /** Whether hardware addresses that are not known are asked for. */
  readonly ask: boolean;
}

/** Looks at this director, and changes nothing; says what it does to a packet. Rejects with a PlanRefusal. */
export async function explain(
  host: Host,
  kernel: Kernel,
  question: PacketQuestion,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<Explanation> {
  const services = await kernel.tables();
  const { packet, notes } = await markPacket(question.packet, services, host);
  const firstUserPort = Number((await host.sysctl('net/ipv4/ip_unprivileged_port_start')) ?? 1024);
  const match = matchService(services, packet, firstUserPort);
  if (!match) return explainStranger(packet, services, notes);
  const [out, sticky] = [
    await look(host, packet, match, question.ask, clock),
    await readSticky(match, packet, host),
  ];
  return showBy(explainMatch(packet, match, sticky, out, notes), question);
}

/** Gives a packet of which nothing is said the mark that the firewall gives it. */
async function markPacket(
  packet: PacketQuestion['packet'],
  services: readonly ServiceTable[],
  host: Host,
): Promise<{ packet: Packet; notes: string[] }> {
  const unmarked = { ...packet, mark: packet.mark ?? 0 };
  const family = familyOf(packet.destination.address);
  const marks = services.flatMap((service) =>
    isFwmark(service) && service.family === family ? [service.fwmark] : [],
  );
  if (packet.mark !== undefined || marks.length === 0) return { packet: unmarked, notes: [] };
  const found = findMarkings(await withoutNft(host.firewall(), []), unmarked);
  const certain = found.findLast((marking) => marking.certain);
  const notes = found
    .filter((marking) => !marking.certain && marks.includes(marking.mark))
    .map(
      ({ mark, chain }) =>
        `a rule of the firewall’s chain \`${chain}\` may give this packet mark ${mark}, and then ${formatServiceId({ fwmark: mark, family })} takes it: -f ${mark}`,
    );
  if (certain) {
    notes.push(`the firewall’s chain \`${certain.chain}\` gives this packet mark ${certain.mark}`);
    return { packet: { ...unmarked, mark: certain.mark }, notes };
  }
  if (found.length === 0) {
    notes.push(
      `there are services by firewall mark (${marks.join(', ')}), and no rule that nft shows gives this packet one; what iptables does is not seen: -f MARK`,
    );
  }
  return { packet: unmarked, notes };
}

async function look(
  host: Host,
  packet: Packet,
  { service }: Match,
  ask: boolean,
  clock: Clock,
): Promise<WayOut> {
  const { client, destination, mark } = packet;
  const { links, addresses } = await host.network();
  const isOwn = addresses.some(({ address }) => address === destination.address);
  const routes = new Map<Address, ResolvedRoute>();
  for (const { address } of service.destinations) routes.set(address, await host.route(address));
  // Answers come from the VIP. The kernel tells no way from an address that is not its own.
  const from = isOwn ? destination.address : undefined;
  if (client !== undefined) routes.set(client, await host.route(client, { from }));
  // By a routing rule for its mark, a packet to any address may be for this host.
  routes.set(destination.address, await host.route(destination.address, { mark }));
  if (ask) await askNeighbours(host, links, routes, clock);
  return {
    links,
    neighbours: await host.neighbours(),
    routes,
    forwards: await readForwards(host, destination.address),
    pool: await readPool(host, service),
  };
}

/** Has the kernel look for next hops that it does not know, and waits for the answers. */
async function askNeighbours(
  host: Host,
  links: readonly Link[],
  routes: ReadonlyMap<Address, ResolvedRoute>,
  clock: Clock,
): Promise<void> {
  const wanted = [...routes].flatMap(([address, route]) =>
    route.type === 'unicast' && links.some(({ index, resolves }) => index === route.index && resolves)
      ? [{ index: route.index, next: route.gateway ?? address }]
      : [],
  );
  const unknown = async () => {
    const known = await host.neighbours();
    return wanted.flatMap((hop) => {
      const found = known.find(({ index, address }) => index === hop.index && address === hop.next);
      return found?.hardwareAddress ? [] : [{ ...hop, isSilent: found?.state === 'failed' }];
    });
  };
  for (const { index, next } of await unknown()) await host.solicit(index, next);
  for (let waited = 0; waited < ASK_TIME; waited += PAUSE) {
    if ((await unknown()).every(({ isSilent }) => isSilent)) return;
    await clock.sleep(PAUSE);
  }
}

async function readForwards(host: Host, address: Address): Promise<boolean | undefined> {
  const path = familyOf(address) === 'inet' ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding';
  const value = await host.sysctl(path);
  return value === undefined ? undefined : value !== '0';
}

/** The local addresses of a service that is FULLNAT here. */
async function readPool(host: Host, service: ServiceTable): Promise<Pool | undefined> {
  if (!service.destinations.some(({ forwarding }) => forwarding === 'masquerade')) return undefined;
  const content = await withoutNft(host.fullnat(), undefined);
  const mark = content?.services.get(formatServiceId(service));
  return mark === undefined ? undefined : content?.pools.get(mark)?.pool;
}

/** Without the program nft there are no such rules of ours, and the others are not seen. */
async function withoutNft<T>(result: Promise<T>, fallback: T): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof NftError) return fallback;
    throw error;
  }
}

async function readSticky(match: Match, packet: Packet, host: Host): Promise<Sticky | undefined> {
  if (!isPersistent(match.service) || packet.client === undefined) return undefined;
  const text = await host.connections().catch(() => '');
  const expire = await host.sysctl('net/ipv4/vs/expire_quiescent_template');
  return findSticky(match, packet, parseConnections(text), (expire ?? '0') !== '0');
}

/** The same, shown by the destination that was asked for. */
function showBy(explanation: Explanation, { by }: PacketQuestion): Explanation {
  if (!by) return explanation;
  const shown = explanation.ways.find(
    ({ chance: { destination } }) =>
      destination.address === by.address && (by.port === undefined || destination.port === by.port),
  );
  if (!shown) throw new PlanRefusal(`the service has no destination ${by.address}`);
  return { ...explanation, shown };
}
