import { type Address, familyOf } from '../../model/address.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import type { Link, Network } from '../../model/network.ts';
import { formatAddresses, type Pool, portsOf } from '../../model/pool.ts';
import { formatServiceId, isFwmark, type ServiceId, serviceFamily, serviceKey } from '../../model/service.ts';
import type { Need } from '../../settings/index.ts';
import { PlanRefusal } from '../refusal.ts';
import { forwarding } from './director.ts';
import { contains } from './realserver.ts';

/** A service whose real servers are to see local addresses of this host in the place of clients' addresses. */
export interface Fullnat {
  readonly service: ServiceId;
  readonly pool: Pool;
  /** Where the local addresses go; by itself the device whose network they are of. */
  readonly device?: string;
  /** The local addresses come and go by other hands (keepalived): they are not put on a device here. */
  readonly floating: boolean;
}

/** The marks of our connections begin with this byte, so that other users of marks can stay clear of them. */
export const MARK = 0x4c000000;
export const MARK_MASK = 0xff000000;

/**
 * The mark of a service's connections: made of its name, so that it is the same in every run and on every director.
 * That two services have the same one is as good as impossible, and refused when it happens.
 */
export function fullnatMark(service: ServiceId): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const byte of new TextEncoder().encode(serviceKey(service))) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (MARK | ((hash ^ (hash >>> 24)) & 0xffffff)) >>> 0;
}

/** nft finds these by itself when they are modules; named here, they are given back, and their absence is told. */
const MODULES: readonly [name: string, why: string][] = [
  ['ip_vs', 'the load balancer itself'],
  ['nf_tables', 'nftables, which translates the clients’ addresses'],
  ['nft_ct', 'nftables marks the connections of FULLNAT services'],
  ['nft_chain_nat', 'nftables translates addresses'],
  ['nft_nat', 'nftables translates addresses'],
];

/**
 * What a host needs for a service to be FULLNAT. Undone from the end: first no new connection is translated, and last
 * of all goes what live ones need. Throws a PlanRefusal when it cannot be.
 */
export function planFullnat(fullnat: Fullnat, network: Network): Need[] {
  const { service, pool } = fullnat;
  const mark = fullnatMark(service);
  const family = serviceFamily(service);
  if (!isFwmark(service) && service.protocol !== 'tcp' && service.protocol !== 'udp') {
    throw new PlanRefusal(`FULLNAT is for TCP, UDP and firewall marks, not for ${service.protocol}`);
  }
  if (pool.addresses.some((address) => familyOf(address) !== family)) {
    throw new PlanRefusal(
      `local addresses must be of the service's family, ${family === 'inet' ? 'IPv4' : 'IPv6'}`,
    );
  }
  if (!isFwmark(service) && pool.addresses.includes(service.address)) {
    throw new PlanRefusal(`${service.address} is the virtual address; local addresses are others`);
  }
  if (family === 'inet6' && !network.inet6) throw new PlanRefusal('this host has no IPv6');
  return [
    ...MODULES.map(([name, why]): Need => ({ setting: { kind: 'module', name }, why })),
    {
      setting: { kind: 'sysctl', path: 'net/ipv4/vs/conntrack', value: '1', accepts: ['1'] },
      why: 'IPVS shows its connections to netfilter, which then can translate them',
    },
    ...forwarding(pool.addresses[0]!, network),
    { setting: { kind: 'nft-table' }, why: 'rules that are the same for every FULLNAT service' },
    {
      setting: { kind: 'nft-pool', service, mark, pool },
      why: 'what real servers see in the place of a client’s address; guarded, so that a director that has just taken over does not reset their connections',
    },
    ...(fullnat.floating ? [] : pool.addresses.map((address) => presence(address, fullnat, network))),
    {
      setting: { kind: 'nft-service', service, mark },
      why: 'from here on new connections are translated',
    },
  ];
}

function presence(address: Address, fullnat: Fullnat, network: Network): Need {
  const device = localDevice(address, fullnat, network).name;
  const inet6 = familyOf(address) === 'inet6';
  return {
    setting: { kind: 'address', device, address, deprecated: inet6, detectDuplicates: inet6 },
    why: 'real servers send their replies here',
  };
}

/** The device that a local address goes on. Throws a PlanRefusal. */
export function localDevice(address: Address, { device }: Fullnat, { links, addresses }: Network): Link {
  const near = addresses.find((own) => own.family === familyOf(address) && contains(own, address));
  const link = links.find(({ name, index }) =>
    device === undefined ? index === near?.index : name === device,
  );
  if (!link) {
    throw new PlanRefusal(
      device === undefined
        ? `${address} is of no network of this host; say with --device where real servers find it`
        : `there is no device ${device}`,
    );
  }
  if (!link.up) throw new PlanRefusal(`device ${link.name} is down`);
  const elsewhere = addresses.find((own) => own.address === address && own.index !== link.index);
  if (elsewhere) {
    const name = links.find(({ index }) => index === elsewhere.index)?.name;
    throw new PlanRefusal(`${address} is on ${name ?? 'another device'} of this host already`);
  }
  return link;
}

/** What to know besides what can be set here: sentences for the operator. */
export function adviseFullnat({ service, pool, floating }: Fullnat, { addresses }: Network): string[] {
  const option = isFwmark(service)
    ? `-f ${service.fwmark}${service.family === 'inet6' ? ' -6' : ''}`
    : `-${service.protocol[0]} ${formatEndpoint(service)}`;
  const carried = pool.addresses.length * portsOf(pool);
  return [
    ...(!isFwmark(service) && !addresses.some(({ address }) => address === service.address)
      ? [
          `${service.address} is not on this host (now): lvsadm director up --mode nat --vip ${service.address} --device DEVICE`,
        ]
      : []),
    ...(floating
      ? [`${formatAddresses(pool.addresses)} must be on the director that is active, and on no other`]
      : []),
    `add real servers with: lvsadm -a ${option} -r SERVER:PORT --fullnat`,
    `${formatServiceId(service)} can have ${carried} connections at a time to each real server’s port`,
    'real servers see a local address, not the client’s; man lvsadm-fullnat names the ways out',
  ];
}
