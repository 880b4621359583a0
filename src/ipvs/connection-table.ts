import { type Address, parseAddress } from '../model/address.ts';
import type { ConnectionEntry } from '../model/connection.ts';

/** A line of /proc/net/ip_vs_conn, where addresses and ports are hexadecimal. */
export interface ConnectionRow extends ConnectionEntry {
  readonly state: string;
  /** What a persistence engine knows the connection by. */
  readonly engine: { readonly name: string; readonly data: string } | undefined;
}

/** The connections in the text of /proc/net/ip_vs_conn, in the kernel's order, those lines that are understood. */
export function parseConnections(text: string): ConnectionRow[] {
  return connectionLines(text).flatMap((line) => parseRow(line) ?? []);
}

/** The distinct addresses in the text of /proc/net/ip_vs_conn: those whose names a listing of it needs. */
export function connectionAddresses(text: string): Set<Address> {
  const addresses = new Set<Address>();
  for (const line of connectionLines(text)) {
    const row = parseRow(line);
    if (row) addresses.add(row.client).add(row.virtual).add(row.server);
  }
  return addresses;
}

/** All lines but the first, which names the columns. */
export function connectionLines(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '');
}

export function parseRow(line: string): ConnectionRow | undefined {
  const [
    protocol,
    clientHex,
    clientPort,
    virtualHex,
    virtualPort,
    serverHex,
    serverPort,
    state,
    seconds,
    engine,
    data,
  ] = line.split(' ').filter((word) => word !== '');
  const client = parseHexAddress(clientHex);
  const virtual = parseHexAddress(virtualHex);
  const server = parseHexAddress(serverHex);
  if (protocol === undefined || state === undefined || seconds === undefined) return undefined;
  if (client === undefined || virtual === undefined || server === undefined) return undefined;
  return {
    protocol,
    client,
    clientPort: Number.parseInt(clientPort!, 16),
    virtual,
    virtualPort: Number.parseInt(virtualPort!, 16),
    server,
    serverPort: Number.parseInt(serverPort!, 16),
    state,
    secondsLeft: Number(seconds),
    engine: engine !== undefined && data !== undefined ? { name: engine, data } : undefined,
  };
}

/** `0A000001`, or an IPv6 address with all its digits. */
function parseHexAddress(hex = ''): Address | undefined {
  if (hex.includes(':')) return parseAddress(hex);
  const value = Number.parseInt(hex, 16);
  if (Number.isNaN(value)) return undefined;
  return `${value >>> 24}.${(value >>> 16) & 0xff}.${(value >>> 8) & 0xff}.${value & 0xff}`;
}
