import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../host/host.ts';
import { NftError } from '../../host/nft.ts';
import { readSysctl } from '../../host/sysctl.ts';
import { parseConnections } from '../../ipvs/connection-table.ts';
import { type Address, familyOf } from '../../model/address.ts';
import type { Link, ResolvedRoute } from '../../model/network.ts';
import type { Packet } from '../../model/packet.ts';
import type { Pool } from '../../model/pool.ts';
import { formatServiceId, isFwmark } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';
import { findMarkings } from '../../plan/firewall/marks.ts';
import {
  type Explanation,
  explainMatch,
  explainStranger,
  type WayOut,
} from '../../plan/packet/explanation.ts';
import { type Match, matchService } from '../../plan/packet/match.ts';
import { findSticky, type Sticky } from '../../plan/packet/template.ts';
import type { World } from '../../process/world.ts';
import { MachineFailure } from '../failure.ts';
import { withKernel } from '../kernel.ts';
import type { PacketQuestion } from './words.ts';

/** Milliseconds to wait for answers: the kernel asks three times, once a second. */
const ASK_TIME = 3500;
const PAUSE = 50;

/** Looks at this director, and changes nothing; tells what it does to a packet. */
export async function explainPacket(question: PacketQuestion, world: World): Promise<Explanation> {
  const services = await withKernel(world, (kernel) => kernel.tables());
  const machine = await world.openHost();
  try {
    const { packet, notes } = await markPacket(question.packet, services, machine);
    const firstUserPort = Number((await readSysctl('net/ipv4/ip_unprivileged_port_start')) ?? 1024);
    const match = matchService(services, packet, firstUserPort);
    if (!match) return explainStranger(packet, services, notes);
    const [out, sticky] = [
      await look(machine, packet, match, question.ask),
      await readSticky(match, packet, world),
    ];
    return showBy(explainMatch(packet, match, sticky, out, notes), question);
  } finally {
    await machine.close();
  }
}

/** Gives a packet of which nothing is said the mark that the firewall gives it. */
async function markPacket(
  packet: PacketQuestion['packet'],
  services: readonly ServiceTable[],
  machine: Host,
): Promise<{ packet: Packet; notes: string[] }> {
  const unmarked = { ...packet, mark: packet.mark ?? 0 };
  const family = familyOf(packet.destination.address);
  const marks = services.flatMap((service) =>
    isFwmark(service) && service.family === family ? [service.fwmark] : [],
  );
  if (packet.mark !== undefined || marks.length === 0) return { packet: unmarked, notes: [] };
  const found = findMarkings(await withoutNft(machine.firewall(), []), unmarked);
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

async function look(machine: Host, packet: Packet, { service }: Match, ask: boolean): Promise<WayOut> {
  const { client, destination, mark } = packet;
  const { links, addresses } = await machine.network();
  const isOwn = addresses.some(({ address }) => address === destination.address);
  const routes = new Map<Address, ResolvedRoute>();
  for (const { address } of service.destinations) routes.set(address, await machine.route(address));
  // Answers come from the VIP. The kernel tells no way from an address that is not its own.
  const from = isOwn ? destination.address : undefined;
  if (client !== undefined) routes.set(client, await machine.route(client, { from }));
  // By a routing rule for its mark, a packet to any address may be for this host.
  routes.set(destination.address, await machine.route(destination.address, { mark }));
  if (ask) await askNeighbours(machine, links, routes);
  return {
    links,
    neighbours: await machine.neighbours(),
    routes,
    forwards: await readForwards(destination.address),
    pool: await readPool(machine, service),
  };
}

/** Has the kernel look for next hops that it does not know, and waits for the answers. */
async function askNeighbours(
  machine: Host,
  links: readonly Link[],
  routes: ReadonlyMap<Address, ResolvedRoute>,
): Promise<void> {
  const wanted = [...routes].flatMap(([address, route]) =>
    route.type === 'unicast' && links.some(({ index, resolves }) => index === route.index && resolves)
      ? [{ index: route.index, next: route.gateway ?? address }]
      : [],
  );
  const unknown = async () => {
    const known = await machine.neighbours();
    return wanted.flatMap((hop) => {
      const found = known.find(({ index, address }) => index === hop.index && address === hop.next);
      return found?.hardwareAddress ? [] : [{ ...hop, isSilent: found?.state === 'failed' }];
    });
  };
  for (const { index, next } of await unknown()) await machine.solicit(index, next);
  for (let waited = 0; waited < ASK_TIME; waited += PAUSE) {
    if ((await unknown()).every(({ isSilent }) => isSilent)) return;
    await sleep(PAUSE);
  }
}

async function readForwards(address: Address): Promise<boolean | undefined> {
  const path = familyOf(address) === 'inet' ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding';
  const value = await readSysctl(path);
  return value === undefined ? undefined : value !== '0';
}

/** The local addresses of a service that is FULLNAT here. */
async function readPool(machine: Host, service: ServiceTable): Promise<Pool | undefined> {
  if (!service.destinations.some(({ forwarding }) => forwarding === 'masquerade')) return undefined;
  const content = await withoutNft(machine.fullnat(), undefined);
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

async function readSticky(match: Match, packet: Packet, world: World): Promise<Sticky | undefined> {
  if (match.service.persistenceTimeout === 0 || packet.client === undefined) return undefined;
  const text = (await world.readConnections?.()) ?? '';
  const expire = await readSysctl('net/ipv4/vs/expire_quiescent_template');
  return findSticky(match, packet, parseConnections(text), (expire ?? '0') !== '0');
}

/** The same, shown by the destination that was asked for. */
function showBy(explanation: Explanation, { by }: PacketQuestion): Explanation {
  if (!by) return explanation;
  const shown = explanation.ways.find(
    ({ chance: { destination } }) =>
      destination.address === by.address && (by.port === undefined || destination.port === by.port),
  );
  if (!shown) throw new MachineFailure(`the service has no destination ${by.address}`);
  return { ...explanation, shown };
}
