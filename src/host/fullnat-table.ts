import type { Address } from '../model/address.ts';
import { familyOf } from '../model/address.ts';
import type { Pool } from '../model/pool.ts';
import { formatServiceId, isFwmark, type ServiceId, serviceFamily } from '../model/service.ts';
import type { Setting } from '../model/setting.ts';

export const TABLE = 'lvsadm';
const PLACE = `inet ${TABLE}`;

type NftSetting = Extract<Setting, { kind: `nft-${string}` }>;

/**
 * The table without a service in it. A new connection of a service is given a mark (`classify`), by which it finds its
 * local addresses (`translate`): when it leaves for a real server its destination is no longer the VIP, and conditions
 * on the original one are not read back by nft 1.0.6. `guard` drops what real servers send to a local address whose
 * connections this director does not know yet, where the kernel would reset them.
 *
 * `classify` comes after the firewall marks of fwmark services, which are set at priority mangle.
 */
const SKELETON = `table ${PLACE} {
  comment "made by lvsadm for FULLNAT (man lvsadm-fullnat), which also removes it"
  set local4 { type ipv4_addr; }
  set local6 { type ipv6_addr; }
  map service4 { type inet_proto . ipv4_addr . inet_service : mark; }
  map service6 { type inet_proto . ipv6_addr . inet_service : mark; }
  map fwmark4 { type mark : mark; }
  map fwmark6 { type mark : mark; }
  map pools { type mark : verdict; }
  chain classify {
    type filter hook prerouting priority mangle + 10; policy accept;
    ct state new ct mark set meta l4proto . ip daddr . th dport map @service4
    ct state new ct mark set meta l4proto . ip6 daddr . th dport map @service6
    meta nfproto ipv4 ct state new ct mark set meta mark map @fwmark4
    meta nfproto ipv6 ct state new ct mark set meta mark map @fwmark6
  }
  chain guard {
    type filter hook input priority filter; policy accept;
    ip daddr @local4 ct state new,invalid drop
    ip6 daddr @local6 ct state new,invalid drop
  }
  chain translate {
    type nat hook postrouting priority srcnat; policy accept;
    ct mark vmap @pools
  }
}
`;

/** Names and numbers of rules of the skeleton's chains, by which it is known again. */
export const CHAINS: Readonly<Record<string, number>> = { classify: 4, guard: 2, translate: 1 };
export const SETS: readonly string[] = [
  'local4',
  'local6',
  'service4',
  'service6',
  'fwmark4',
  'fwmark6',
  'pools',
];

/**
 * The commands that put a setting of ours into nftables: one transaction. `spare` are the addresses that are guarded
 * and no pool will have any more.
 */
export function additionText(setting: NftSetting, spare: readonly Address[]): string {
  switch (setting.kind) {
    case 'nft-table':
      return SKELETON;
    case 'nft-pool': {
      const { service, mark, pool } = setting;
      const chain = chainOf(mark);
      return [
        ...pool.addresses.map((address) => `add element ${guardElement(address)}`),
        ...spare.map((address) => `delete element ${guardElement(address)}`),
        `add chain ${PLACE} ${chain}`,
        `flush chain ${PLACE} ${chain}`,
        `add rule ${PLACE} ${chain} ${translation(service, pool)}`,
        `add element ${PLACE} pools { ${mark} comment "${formatServiceId(service)}" : goto ${chain} }\n`,
      ].join('\n');
    }
    case 'nft-service':
      return `add element ${serviceElement(setting.service, setting.mark)}\n`;
  }
}

/** The commands that take it out again. */
export function removalText(setting: NftSetting, spare: readonly Address[]): string {
  switch (setting.kind) {
    case 'nft-table':
      return `delete table ${PLACE}\n`;
    case 'nft-pool': {
      const chain = chainOf(setting.mark);
      return [
        ...spare.map((address) => `delete element ${guardElement(address)}`),
        `delete element ${PLACE} pools { ${setting.mark} }`,
        `flush chain ${PLACE} ${chain}`,
        `delete chain ${PLACE} ${chain}\n`,
      ].join('\n');
    }
    case 'nft-service':
      return `delete element ${serviceElement(setting.service)}\n`;
  }
}

export function chainOf(mark: number): string {
  return `pool-${mark.toString(16)}`;
}

/**
 * Which local address a connection gets goes by its client's address and port, with a fixed seed, and the port is kept
 * where it is free: so that another director, who takes over, gives a connection the same.
 */
function translation(service: ServiceId, { addresses, ports }: Pool): string {
  const ip = serviceFamily(service) === 'inet' ? 'ip' : 'ip6';
  const protocols = isFwmark(service) ? '{ tcp, udp }' : service.protocol;
  const choice = addresses.map((address, index) => `${index} : ${address}`).join(', ');
  const [only, ...others] = addresses;
  const address =
    others.length > 0
      ? `jhash ${ip} saddr . th sport mod ${addresses.length} seed 1 map { ${choice} }`
      : ports && ip === 'ip6'
        ? `[${only}]`
        : only;
  const range = ports ? `:${ports.first}-${ports.last}` : '';
  return `meta l4proto ${protocols} snat ${ip} to ${address}${range}`;
}

function guardElement(address: Address): string {
  return `${PLACE} ${familyOf(address) === 'inet' ? 'local4' : 'local6'} { ${address} }`;
}

function serviceElement(service: ServiceId, mark?: number): string {
  const digit = serviceFamily(service) === 'inet' ? 4 : 6;
  const value = mark === undefined ? '' : ` : ${mark}`;
  if (isFwmark(service)) return `${PLACE} fwmark${digit} { ${service.fwmark}${value} }`;
  const { protocol, address, port } = service;
  return `${PLACE} service${digit} { ${protocol} . ${address} . ${port}${value} }`;
}
