import { type Address, familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { vipsOf } from './roles.ts';
import { neighbourTable, wayTo } from './ways.ts';
import { destinationsOf } from './words.ts';

/** An address to ask for on the segment of a device. */
export interface Question {
  readonly device: string;
  readonly address: Address;
}

/** Our IPv4 VIPs (of IPv6 ones duplicate address detection tells), and real servers whose answer is not known. */
export function questionsOf(facts: Facts): Question[] {
  const { links, addresses } = facts.network;
  const neighbour = neighbourTable(facts);
  const at = (address: Address, index: number | undefined): Question[] => {
    const link = links.find((candidate) => candidate.index === index);
    return link?.up && link.resolves ? [{ device: link.name, address }] : [];
  };
  const own = vipsOf(facts)
    .filter((vip) => familyOf(vip) === 'inet')
    .flatMap((vip) => at(vip, addresses.find(({ address }) => address === vip)?.index));
  const servers = new Set(destinationsOf(facts).map(({ destination }) => destination.address));
  const others = [...servers].flatMap((address) => {
    const way = wayTo(facts, address);
    if (way?.type !== 'unicast' || way.gateway !== undefined) return [];
    return neighbour(way, address)?.hardwareAddress ? [] : at(address, way.index);
  });
  return [...own, ...others];
}
