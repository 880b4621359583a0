import { type Address, familyOf, parseAddress } from '../model/address.ts';
import { formatPool, type Pool, parsePool } from '../model/pool.ts';
import { isFwmark, type ServiceId, serviceFamily, serviceKey } from '../model/service.ts';
import { boolean, integer, list, literal, object, oneOf, text, textOf } from '../model/shape.ts';
import type { TableContent } from './doors.ts';
import { ABSENT, type Kind } from './kind.ts';
import { PLACE } from './nft-table.ts';
import { serviceShape } from './service-shape.ts';

/**
 * The local addresses that connections of a service with this mark are given, and a guard of them: packets to them
 * that belong to no connection are dropped, not answered.
 */
export interface NftPoolSetting {
  readonly kind: 'nft-pool';
  readonly service: ServiceId;
  readonly mark: number;
  readonly pool: Pool;
}

export type NftPoolState =
  | { readonly is: 'pool'; readonly pool: Pool; readonly guarded: boolean }
  /** The mark is another service's, whose key this is. */
  | { readonly is: 'other-service'; readonly service: string };

const port = integer(1, 65_535);
const pool = object(
  { addresses: list(textOf(parseAddress)) },
  { ports: object({ first: port, last: port }) },
);

export const nftPool: Kind<NftPoolSetting, NftPoolState> = {
  key: ({ service }) => `local addresses of ${serviceKey(service)}`,
  wanted: ({ pool }) => ({ is: 'pool', pool, guarded: true }),
  suffices: (setting, state) => nftPool.text(state) === nftPool.text(nftPool.wanted(setting)),
  // Other addresses of the same service are what a change of them starts from.
  occupied: (setting, state) =>
    state.is === 'other-service'
      ? `the mark of ${nftPool.key(setting)} is taken: it is ${nftPool.text(state)}`
      : undefined,
  ours: () => true,
  async read({ mark, service }, { nft }) {
    const content = await nft.read();
    const found = content?.pools.get(mark);
    if (!found) return ABSENT;
    if (found.service !== serviceKey(service)) return { is: 'other-service', service: found.service };
    const guarded = found.pool.addresses.every((address) => content?.guarded.has(address));
    return { is: 'pool', pool: found.pool, guarded };
  },
  async put(setting, { is }, { nft }) {
    const spare = spareAddresses(setting, is !== 'absent', await nft.read());
    await nft.apply(is === 'absent' ? removal(setting, spare) : addition(setting, spare));
  },
  text(state) {
    if (state.is === 'absent') return 'absent';
    if (state.is === 'other-service') return `for ${state.service}`;
    return `${formatPool(state.pool)}${state.guarded ? '' : ', unguarded'}`;
  },
  parse(word) {
    if (word === 'absent') return ABSENT;
    if (word.startsWith('for ')) return { is: 'other-service', service: word.slice(4) };
    const [, addresses = '', unguarded] = /^(.*?)(, unguarded)?$/.exec(word) ?? [];
    const found = parsePool(addresses);
    return found && { is: 'pool', pool: found, guarded: unguarded === undefined };
  },
  setting: object({ kind: literal('nft-pool'), service: serviceShape, mark: integer(1, 0xffffffff), pool }),
  state: oneOf<NftPoolState>(
    object({ is: literal('pool'), pool, guarded: boolean }),
    object({ is: literal('other-service'), service: text(/^[^"\n]{1,100}$/) }),
  ),
};

/** Addresses that are guarded and that no pool has once the setting is so. */
function spareAddresses(
  { mark, pool: own }: NftPoolSetting,
  present: boolean,
  content: TableContent | undefined,
): Address[] {
  const others = [...(content?.pools ?? [])]
    .filter(([other]) => other !== mark)
    .map(([, found]) => found.pool);
  const needed = new Set((present ? [...others, own] : others).flatMap(({ addresses }) => addresses));
  return [...(content?.guarded ?? [])].filter((address) => !needed.has(address));
}

function addition({ service, mark, pool: own }: NftPoolSetting, spare: readonly Address[]): string {
  const chain = chainOf(mark);
  return [
    ...own.addresses.map((address) => `add element ${guardElement(address)}`),
    ...spare.map((address) => `delete element ${guardElement(address)}`),
    `add chain ${PLACE} ${chain}`,
    `flush chain ${PLACE} ${chain}`,
    `add rule ${PLACE} ${chain} ${translation(service, own)}`,
    `add element ${PLACE} pools { ${mark} comment "${serviceKey(service)}" : goto ${chain} }\n`,
  ].join('\n');
}

function removal({ mark }: NftPoolSetting, spare: readonly Address[]): string {
  const chain = chainOf(mark);
  return [
    ...spare.map((address) => `delete element ${guardElement(address)}`),
    `delete element ${PLACE} pools { ${mark} }`,
    `flush chain ${PLACE} ${chain}`,
    `delete chain ${PLACE} ${chain}\n`,
  ].join('\n');
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
