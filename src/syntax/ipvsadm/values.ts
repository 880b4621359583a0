import { type Address, type Family, parseAddress } from '../../model/address.ts';
import { isMulticast } from '../../model/address-class.ts';
import type { DaemonRole } from '../../model/daemon.ts';
import { MAX_WEIGHT, type Tunnel } from '../../model/destination.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import { MAX_FWMARK } from '../../model/service.ts';
import { parseLooseInet, parsePort, splitHostPort } from './address-syntax.ts';
import type { ServiceProtocol } from './draft.ts';
import { parseInteger, parseLeadingInteger } from './numbers.ts';
import { needHost, refuse } from './refusal.ts';

/** What the meaning of a word can depend on outside the command line. */
export interface Lookup {
  /** IPv4 addresses of the host names that were looked up so far; `null` for a name without one. */
  readonly hosts: ReadonlyMap<string, Address | null>;
  /** Port of a service's name or alias (`http`), as in /etc/services. */
  servicePort(name: string, protocol: ServiceProtocol): number | undefined;
}

/** 31 days, in seconds: ipvsadm takes no more. */
const MAX_TIMEOUT = 31 * 24 * 60 * 60;

/** A number in a range; `complaint` refuses everything else. */
export function readNumber(text: string, min: number, max: number, complaint: string): number {
  const value = parseInteger(text, min, max);
  if (value === undefined) throw refuse(complaint);
  return value;
}

/** A weight or a threshold; `name` is what the complaint calls it. */
export function readAmount(text: string, name: string): number {
  return readNumber(text, 0, MAX_WEIGHT, `illegal ${name} specified`);
}

export function readFwmark(text: string): number {
  return readNumber(text, 1, MAX_FWMARK, `invalid fwmark value \`${text}' specified`);
}

export function readTimeout(text: string, min: 0 | 1): number {
  return readNumber(text, min, MAX_TIMEOUT, `invalid timeout value \`${text}' specified`);
}

/** `host[:port]`, or `host` and `defaultPort`. A service's name as port needs the protocol. */
export function readEndpoint(
  text: string,
  protocol: ServiceProtocol | undefined,
  defaultPort: number,
  complaint: string,
  lookup: Lookup,
): Endpoint {
  const parts = splitHostPort(text);
  const address = parts && ('inet6' in parts ? parts.inet6 : findInet(parts.host, lookup));
  if (!parts || address === undefined) throw refuse(complaint);
  if (parts.port === undefined) return { address, port: defaultPort };
  const port = parsePort(parts.port) ?? (protocol && lookup.servicePort(parts.port, protocol));
  if (port === undefined) throw refuse(complaint);
  return { address, port };
}

export function readServiceAddress(text: string, protocol: ServiceProtocol, lookup: Lookup): Endpoint {
  const complaint = 'illegal virtual server address[:port] specified';
  return readEndpoint(text, protocol, 0, complaint, lookup);
}

/** For IPv4 a mask like an address (`24` is 0.0.0.24), for IPv6 a prefix length. */
export function readNetmask(text: string, family: Family, lookup: Lookup): Address | number {
  if (family === 'inet6') {
    const length = parseLeadingInteger(text);
    if (length < 1 || length > 128) throw refuse('illegal ipv6 netmask specified');
    return length;
  }
  const mask = findInet(text, lookup);
  if (mask === undefined) throw refuse('illegal virtual server persistent mask specified');
  return mask;
}

/** An IPv4 address in any of its spellings, or the first one of a host name. */
function findInet(text: string, lookup: Lookup): Address | undefined {
  const address = parseLooseInet(text);
  if (address !== undefined || text === '') return address;
  const found = lookup.hosts.get(text);
  if (found === undefined) throw needHost(text);
  return found ?? undefined;
}

export function readRole(text: string, complaint: string): DaemonRole {
  if (text !== 'master' && text !== 'backup') throw refuse(complaint);
  return text;
}

export function readMulticastGroup(text: string): Address {
  const family = text.includes(':') ? 'IPv6' : 'IPv4';
  const address = parseAddress(text);
  if (address === undefined || !isMulticast(address))
    throw refuse(`invalid ${family} mcast-group \`${text}'`);
  return address;
}

export function readTunnelType(text: string): Tunnel['type'] {
  if (text !== 'ipip' && text !== 'gue' && text !== 'gre') throw refuse('illegal tunnel type specified');
  return text;
}

/** Cuts a text to so many bytes of UTF-8, as the fixed fields of the C interface do. A character is never halved. */
export function cutToBytes(text: string, size: number): string {
  // No character has more than three bytes per UTF-16 unit.
  if (text.length * 3 <= size) return text;
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= size) return text;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, size), { stream: true });
}
