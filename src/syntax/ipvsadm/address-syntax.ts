import { type Address, formatAddress, inetNumber, parseAddress } from '../../model/address.ts';
import { MAX_PORT } from '../../model/endpoint.ts';
import { parseCNumber, parseInteger } from './numbers.ts';

/**
 * Reads an IPv4 address as the C library's `inet_aton` does: one to four numbers in decimal, octal or hexadecimal,
 * of which the last fills all the bytes that are left (`10.1` is 10.0.0.1). What follows white space is ignored.
 */
export function parseLooseInet(text: string): Address | undefined {
  if (inetNumber(text) >= 0) return text;
  const bytes = new Uint8Array(4);
  let rest = text;
  for (let part = 0; part < 4; part++) {
    const number = parseCNumber(rest);
    if (!number) return undefined;
    if (number.rest.startsWith('.')) {
      if (number.value > 0xff) return undefined;
      bytes[part] = number.value;
      rest = number.rest.slice(1);
      continue;
    }
    if (number.rest !== '' && !/^[ \t\n\v\f\r]/.test(number.rest)) return undefined;
    if (number.value > 0xffffffff >>> (8 * part)) return undefined;
    for (let byte = 3; byte >= part; byte--) bytes[byte] = number.value >>> (8 * (3 - byte));
    return formatAddress(bytes);
  }
  return undefined;
}

/** A `host[:port]` cut in two. The host is an IPv6 address, or text that is still to be understood as IPv4 or a name. */
export type HostPort =
  | { readonly inet6: Address; readonly port?: string }
  | { readonly host: string; readonly port?: string };

/** Cuts `host`, `host:port`, `2001:db8::1` or `[2001:db8::1]:port`. Returns `undefined` for what has no such form. */
export function splitHostPort(text: string): HostPort | undefined {
  if (/^[0-9]*$/.test(text)) return undefined;
  if (text.startsWith('[')) return splitBracketed(text);
  const inet6 = parseInet6(text);
  return inet6 === undefined ? splitAtLastColon(text) : { inet6 };
}

function splitBracketed(text: string): HostPort | undefined {
  const end = text.indexOf(']');
  if (end < 0 || text[end + 1] !== ':') return undefined;
  const inside = text.slice(1, end);
  const inet6 = parseInet6(inside);
  // What is not IPv6 loses the port that follows the bracket: it may only have one inside.
  return inet6 === undefined ? splitAtLastColon(inside) : { inet6, port: text.slice(end + 2) };
}

function splitAtLastColon(text: string): HostPort {
  const colon = text.lastIndexOf(':');
  return colon < 0 ? { host: text } : { host: text.slice(0, colon), port: text.slice(colon + 1) };
}

function parseInet6(text: string): Address | undefined {
  // It takes two colons at least; most texts that come here are IPv4 with a port, and there can be 100,000 of them.
  return text.indexOf(':') < text.lastIndexOf(':') ? parseAddress(text) : undefined;
}

/** A port given as a number, 0 … 65535. */
export function parsePort(text: string): number | undefined {
  return parseInteger(text, 0, MAX_PORT);
}
