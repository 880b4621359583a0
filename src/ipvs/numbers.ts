import { type Address, addressBytes, type Family } from '../model/address.ts';
import { AF_INET, AF_INET6 } from '../netlink/address-family.ts';
import { NetlinkError } from '../netlink/errors.ts';
import type { AddressBytes } from './layout.ts';

/** The other direction of a table of numbers. */
export const mirror = <K extends string>(table: Record<K, number>): ReadonlyMap<number, K> =>
  new Map(Object.entries(table).map(([name, number]) => [number as number, name as K]));

export const FAMILY_NUMBERS: Record<Family, number> = { inet: AF_INET, inet6: AF_INET6 };
export const FAMILY_OF = mirror(FAMILY_NUMBERS);

export function encodeAddress(address: Address): AddressBytes {
  return { bytes: addressBytes(address), start: 0 };
}

/** What to throw when the kernel lists something without its identity. */
export function missingIdentity(what: string): NetlinkError {
  return new NetlinkError('malformed', `the kernel listed a ${what} without saying which`);
}
