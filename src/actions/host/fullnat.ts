import type { Host } from '../../host/host.ts';
import { IpvsError } from '../../ipvs/errors.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import { formatServiceId, type ServiceStatus } from '../../model/service.ts';
import { warnOfFirewall } from '../../plan/firewall/fullnat-firewall.ts';
import { type Fullnat, fullnatMark } from '../../plan/host/fullnat.ts';
import { countUse, type Use, warnOfTracking, warnOfUse } from '../../plan/host/fullnat-use.ts';
import { PlanRefusal } from '../../plan/refusal.ts';
import type { Setting } from '../../settings/index.ts';
import { TABLE } from '../../settings/nft-table.ts';

/** What IPVS knows of a service. */
export interface Balanced {
  readonly service: ServiceStatus;
  readonly destinations: readonly DestinationStatus[];
}

/** The way to this host's IPVS. */
export type OpenKernel = () => Promise<Kernel>;

/** The mark of one service's connections, and no others'. */
const WHOLE_MARK = 0xffffffff;

/** How many live connections need a setting of a FULLNAT service, or (none given) any of it. */
export async function countLive(host: Host, { service }: Fullnat, setting?: Setting): Promise<number> {
  const mark = fullnatMark(service);
  const live = (await host.translations(mark, WHOLE_MARK)).filter((connection) => connection.live);
  if (setting === undefined) return live.length;
  if (setting.kind !== 'address') return 0;
  return live.filter(({ localAddress }) => localAddress === setting.address).length;
}

/** What a look at this host adds to a plan: warnings. Throws a PlanRefusal for what cannot go together. */
export async function inspect(fullnat: Fullnat, host: Host, openKernel: OpenKernel): Promise<string[]> {
  const found = await readBalanced(fullnat, host, openKernel);
  if (found?.service.onePacket) throw new PlanRefusal(onePacketText(fullnat));
  return inspectFirewall(fullnat, found, host);
}

async function inspectFirewall(
  { service }: Fullnat,
  found: Balanced | undefined,
  host: Host,
): Promise<string[]> {
  const { links } = await host.network();
  const devices = links.filter(({ loopback }) => !loopback).map(({ name }) => name);
  return warnOfFirewall(service, found?.destinations ?? [], { ...(await host.rules()), devices }, TABLE);
}

/** How full the local addresses of a service are, and what is in its way. */
export interface FullnatUse {
  readonly uses: readonly Use[];
  readonly warnings: readonly string[];
}

export async function examineUse(fullnat: Fullnat, host: Host, openKernel: OpenKernel): Promise<FullnatUse> {
  const connections = await host.translations(fullnatMark(fullnat.service), WHOLE_MARK);
  const uses = countUse(connections, fullnat.pool);
  const found = await readBalanced(fullnat, host, openKernel);
  const warnings = [
    ...warnOfUse(uses),
    ...(await inspectFirewall(fullnat, found, host)),
    ...inspectService(fullnat, found),
  ];
  return { uses, warnings };
}

/** The table of tracked connections, of the whole host. */
export async function examineTracking(host: Host) {
  const tracking = await host.tracking();
  return { ...tracking, warnings: warnOfTracking(tracking) };
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

/** With one-packet scheduling IPVS keeps no connection, by which it would know a reply for one. */
function onePacketText({ service }: Fullnat): string {
  return `${formatServiceId(service)} has one-packet scheduling (-o), with which replies of masqueraded real servers are not translated: the client would get them from the real server's address`;
}

/** The service as IPVS has it, if it does. A kernel whose IPVS is not loaded is left so. */
async function readBalanced(
  { service: id }: Fullnat,
  host: Host,
  openKernel: OpenKernel,
): Promise<Balanced | undefined> {
  if (!host.hasIpvs()) return undefined;
  try {
    const kernel = await openKernel();
    try {
      return { service: await kernel.service(id), destinations: await kernel.destinations(id) };
    } finally {
      await kernel.close();
    }
  } catch (error) {
    if (error instanceof IpvsError) return undefined;
    throw error;
  }
}
