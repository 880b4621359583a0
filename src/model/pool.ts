import { type Address, addressBytes, familyOf, formatAddress } from './address.ts';
import { MAX_PORT } from './endpoint.ts';

/** The ports of a local address that connections may take, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What FULLNAT puts in the place of clients' addresses: addresses of one family, and their ports where not all. */
export interface Pool {
  readonly addresses: readonly Address[];
  readonly ports?: PortRange;
}

/** More would make a very long line of every plan, and are 16 million connections to each real server. */
const LARGEST_POOL = 256;

/** Ports that the kernel hands out when it is not told which: it leaves low ones to clients that come from low ones. */
export const ALL_PORTS: PortRange = { first: 1024, last: MAX_PORT };

/**
 * Reads `10.2.0.200-10.2.0.203,10.2.0.210`. Gives the addresses in that order, or a sentence that says what is wrong.
 */
export function parseAddresses(text: string): readonly Address[] | string {
  const addresses: Address[] = [];
  for (const word of text.split(',')) {
    const range = parseRange(word);
    if (typeof range === 'string') return range;
    addresses.push(...range);
    if (addresses.length > LARGEST_POOL) return `'${text}' is more than ${LARGEST_POOL} addresses`;
  }
  const twice = addresses.find((address, index) => addresses.indexOf(address) !== index);
  if (twice !== undefined) return `${twice} is named twice`;
  const stranger = addresses.find((address) => familyOf(address) !== familyOf(addresses[0]!));
  if (stranger !== undefined) return 'addresses of IPv4 and IPv6 do not mix';
  return addresses;
}

function parseRange(word: string): Address[] | string {
  const [from = '', to = from, ...rest] = word.split('-');
  const wrong = `'${word}' is neither an address nor a range such as 10.2.0.200-10.2.0.203`;
  if (rest.length > 0) return wrong;
  let first: bigint;
  let last: bigint;
  try {
    [first, last] = [numberOf(from), numberOf(to)];
  } catch {
    return wrong;
  }
  if (familyOf(from) !== familyOf(to)) return wrong;
  if (last < first) return `'${word}' ends before it begins`;
  if (last - first >= BigInt(LARGEST_POOL)) return `'${word}' is more than ${LARGEST_POOL} addresses`;
  const size = addressBytes(from).length;
  return Array.from({ length: Number(last - first) + 1 }, (_, step) => addressOf(first + BigInt(step), size));
}

/** The opposite of `parseAddresses`: neighbours become ranges. */
export function formatAddresses(addresses: readonly Address[]): string {
  const runs: [Address, Address][] = [];
  for (const address of addresses) {
    const run = runs.at(-1);
    if (run && numberOf(run[1]) + 1n === numberOf(address)) run[1] = address;
    else runs.push([address, address]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
}

export function formatPool({ addresses, ports }: Pool): string {
  return `${formatAddresses(addresses)}${ports ? ` ports ${ports.first}-${ports.last}` : ''}`;
}

/** The opposite of `formatPool`; `undefined` for another text. */
export function parsePool(text: string): Pool | undefined {
  const [, words = '', first, last] = /^(\S+)(?: ports (\d{1,5})-(\d{1,5}))?$/.exec(text) ?? [];
  const addresses = parseAddresses(words);
  if (typeof addresses === 'string') return undefined;
  return { addresses, ...(first !== undefined && { ports: { first: Number(first), last: Number(last) } }) };
}

/** How many connections to one real server's port a local address of the pool can carry at a time. */
export function portsOf({ ports = ALL_PORTS }: Pick<Pool, 'ports'>): number {
  return ports.last - ports.first + 1;
}

function numberOf(address: Address): bigint {
  let number = 0n;
  for (const byte of addressBytes(address)) number = (number << 8n) | BigInt(byte);
  return number;
}

function addressOf(number: bigint, size: number): Address {
  const bytes = new Uint8Array(size);
  for (let at = size - 1, left = number; at >= 0; at--, left >>= 8n) bytes[at] = Number(left & 0xffn);
  return formatAddress(bytes);
}
