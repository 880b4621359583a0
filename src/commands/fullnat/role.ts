import { existsSync } from 'node:fs';
import { TABLE } from '../../host/fullnat-table.ts';
import type { Host } from '../../host/host.ts';
import { IpvsClient } from '../../ipvs/client.ts';
import { IpvsError } from '../../ipvs/errors.ts';
import type { DestinationId, DestinationStatus } from '../../model/destination.ts';
import { formatServiceId, type ServiceStatus } from '../../model/service.ts';
import { warnOfFirewall } from '../../plan/firewall/fullnat-firewall.ts';
import {
  adviseFullnat,
  type Fullnat,
  fullnatMark,
  localDevice,
  planFullnat,
} from '../../plan/host/fullnat.ts';
import { PlanRefusal } from '../../plan/refusal.ts';
import type { Role, Target } from '../role.ts';
import { newCommand } from '../words.ts';
import { addPoolOptions, addServiceOptions, formatWords, parseFullnat, type Values } from './words.ts';

export const NAME = 'fullnat';

/** What IPVS knows of a service. */
export interface Balanced {
  readonly service: ServiceStatus;
  readonly destinations: readonly DestinationStatus[];
}

/** The mark of one service's connections, and no others'. */
const WHOLE_MARK = 0xffffffff;

export const ROLE: Role = {
  name: NAME,
  targets: (words) => [target(fullnatOf(words))],
  drain: {
    isSwitch: (setting) => setting.kind === 'nft-service',
    async countLive(machine, words, setting) {
      const mark = fullnatMark(fullnatOf(words).service);
      const live = (await machine.translations(mark, WHOLE_MARK)).filter((connection) => connection.live);
      if (setting === undefined) return live.length;
      if (setting.kind !== 'address') return 0;
      return live.filter(({ localAddress }) => localAddress === setting.address).length;
    },
  },
};

/** Reads the words that `formatWords` wrote. */
export function fullnatOf(words: readonly string[]): Fullnat {
  const command = addPoolOptions(addServiceOptions(newCommand('enable', '')));
  command.parse([...words], { from: 'user' });
  return parseFullnat(command.opts<Values>());
}

export function ownerOf(service: Fullnat['service']): string {
  return `${NAME} ${formatServiceId(service)}`;
}

export function target(fullnat: Fullnat): Target {
  const { service, pool, floating } = fullnat;
  return {
    owner: ownerOf(service),
    words: formatWords(fullnat),
    plan: (network) => planFullnat(fullnat, network),
    planImage: () =>
      planFullnat({ ...fullnat, floating: true }, { links: [], addresses: [], routes: [], inet6: true }),
    advice: (network) => adviseFullnat(fullnat, network),
    claims: (network) =>
      floating
        ? []
        : pool.addresses.map((address) => ({ address, device: localDevice(address, fullnat, network).name })),
    async inspect(machine) {
      const found = await readService(fullnat);
      if (found?.service.onePacket) throw new PlanRefusal(onePacketText(fullnat));
      return inspectFirewall(fullnat, found?.destinations ?? [], machine);
    },
  };
}

export async function inspectFirewall(
  { service }: Fullnat,
  servers: readonly DestinationId[],
  machine: Host,
): Promise<string[]> {
  return warnOfFirewall(service, servers, await machine.firewall(), TABLE);
}

/** With one-packet scheduling IPVS keeps no connection, by which it would know a reply for one. */
export function onePacketText({ service }: Fullnat): string {
  return `${formatServiceId(service)} has one-packet scheduling (-o), with which replies of masqueraded real servers are not translated: the client would get them from the real server's address`;
}

/** The service as IPVS has it, if it does. A kernel whose IPVS is not loaded is left so. */
export async function readService({ service: id }: Fullnat): Promise<Balanced | undefined> {
  if (!existsSync('/proc/net/ip_vs')) return undefined;
  try {
    await using client = await IpvsClient.open();
    return { service: await client.service(id), destinations: await client.destinations(id) };
  } catch (error) {
    if (error instanceof IpvsError) return undefined;
    throw error;
  }
}
