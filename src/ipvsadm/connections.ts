import { type Address, parseAddress } from '../model/address.ts';
import type { ConnectionEntry } from '../model/connection.ts';
import type { Protocol } from '../model/protocol.ts';
import { endpointText, type Names, NUMERIC } from './names.ts';

/** A line of /proc/net/ip_vs_conn, where addresses and ports are hexadecimal. */
export interface ConnectionRow extends ConnectionEntry {
  readonly state: string;
  /** What a persistence engine knows the connection by. */
  readonly engine: { readonly name: string; readonly data: string } | undefined;
}

const PROTOCOL: Readonly<Record<string, Protocol>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };

/**
 * The option `-L -c`: the text of /proc/net/ip_vs_conn for people, in the kernel's order. A line that is not
 * understood is shown as it is.
 */
export function renderConnections(
  text: string,
  { numeric, engineData }: { readonly numeric: boolean; readonly engineData: boolean },
  names: Names,
): string {
  const shownNames = numeric ? NUMERIC : names;
  const columns = `pro expire ${cell('state', 11)} ${cell('source', 18)} ${cell('virtual', 18)}`;
  const lastColumns = engineData
    ? `${cell('destination', 18)} ${cell('pe name', 16)} pe_data`
    : 'destination';
  const lines = [`IPVS connection entries\n${columns} ${lastColumns}\n`];
  for (const line of connectionLines(text)) {
    const row = parseRow(line);
    lines.push(`${row ? renderRow(row, engineData, shownNames) : line}\n`);
  }
  return lines.join('');
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

function renderRow(row: ConnectionRow, engineData: boolean, names: Names): string {
  const endpoint = (address: Address, port: number) =>
    endpointText(address, port, PROTOCOL[row.protocol], names);
  const client = endpoint(row.client, row.clientPort);
  const virtual = endpoint(row.virtual, row.virtualPort);
  const server = endpoint(row.server, row.serverPort);
  const start = `${cell(row.protocol, 3)} ${cell(clock(row.secondsLeft), 6)} ${cell(row.state, 11)}`;
  const ends = `${cell(client, 18)} ${cell(virtual, 18)}`;
  if (!engineData || !row.engine) return `${start} ${ends} ${server}`;
  return `${start} ${ends} ${cell(server, 16)} ${cell(row.engine.name, 18)} ${row.engine.data}`;
}

/** Minutes and seconds; the minutes go on above 99. */
function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

function cell(text: string, width: number): string {
  return text.padEnd(width);
}

/** All lines but the first, which names the columns. */
function connectionLines(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '');
}

function parseRow(line: string): ConnectionRow | undefined {
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
