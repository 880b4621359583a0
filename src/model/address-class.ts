/**
 * What kind of address an address is, and which kinds may stand where. The policy, one line a place:
 *
 * - A host's own address (a VIP, a real server's address): what the address is assigned to must be one host without
 *   naming a device. So not unspecified, `0.0.0.0/8`, loopback, multicast, broadcast or reserved (`240.0.0.0/4`),
 *   not `::ffff:a.b.c.d`, which is never on the wire, and not `fe80::/10`, which means nothing without its device.
 *   `169.254.0.0/16` may be: Linux routes it as any other.
 * - A destination: what `ip_vs_new_dest` (net/netfilter/ipvs/ip_vs_ctl.c) takes. That is more: loopback (a server on
 *   the director itself), `240.0.0.0/4`, and `0.0.0.0/8` but for `0.0.0.0`, which Linux 5.3 and later route
 *   (`ipv4_is_zeronet`, include/linux/in.h); an older kernel refuses it itself.
 * - A sync daemon's group: multicast.
 */
import { type Address, addressBytes, familyOf, inetNumber } from './address.ts';

export type AddressClass =
  | 'unspecified'
  | 'this-network'
  | 'loopback'
  | 'link-local'
  | 'multicast'
  | 'reserved'
  | 'broadcast'
  | 'mapped'
  | 'unicast';

/** The class of a canonical address. Throws a RangeError for text that is not an address. */
function addressClass(address: Address): AddressClass {
  if (familyOf(address) === 'inet6') return inet6Class(address, addressBytes(address));
  const number = inetNumber(address);
  if (number < 0) throw new RangeError(`not an IP address: '${address}'`);
  return inetClass(number);
}

function inetClass(number: number): AddressClass {
  const first = number >>> 24;
  if (number === 0) return 'unspecified';
  if (number === 0xffffffff) return 'broadcast';
  if (first === 0) return 'this-network';
  if (first === 127) return 'loopback';
  if (number >>> 16 === 0xa9fe) return 'link-local';
  if (first >= 240) return 'reserved';
  return first >= 224 ? 'multicast' : 'unicast';
}

function inet6Class(address: Address, bytes: Uint8Array): AddressClass {
  if (address === '::') return 'unspecified';
  if (address === '::1') return 'loopback';
  if (address.startsWith('::ffff:') && bytes[10] === 0xff) return 'mapped';
  if (bytes[0] === 0xff) return 'multicast';
  return bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80 ? 'link-local' : 'unicast';
}

/** Whether a host can have it, so that others reach the host by it. */
export function isHostAddress(address: Address): boolean {
  const found = addressClass(address);
  return found === 'unicast' || (found === 'link-local' && familyOf(address) === 'inet');
}

const NO_DESTINATIONS: ReadonlySet<AddressClass> = new Set([
  'unspecified',
  'broadcast',
  'multicast',
  'mapped',
]);

/** Whether the kernel takes it as a destination of IPVS. */
export function isDestinationAddress(address: Address): boolean {
  const found = addressClass(address);
  return !NO_DESTINATIONS.has(found) && !(found === 'link-local' && familyOf(address) === 'inet6');
}

export function isMulticast(address: Address): boolean {
  return addressClass(address) === 'multicast';
}
