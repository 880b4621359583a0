import { type ConnectionRow, connectionLines, parseRow } from '../../ipvs/connection-table.ts';
import type { Address } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';
import type { Names } from '../../process/world.ts';
import { endpointText, NUMERIC } from './names.ts';
import { pad } from './pad.ts';

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
  const columns = `pro expire ${pad('state', 11)} ${pad('source', 18)} ${pad('virtual', 18)}`;
  const lastColumns = engineData ? `${pad('destination', 18)} ${pad('pe name', 16)} pe_data` : 'destination';
  const lines = [`IPVS connection entries\n${columns} ${lastColumns}\n`];
  for (const line of connectionLines(text)) {
    const row = parseRow(line);
    lines.push(`${row ? renderRow(row, engineData, shownNames) : line}\n`);
  }
  return lines.join('');
}

function renderRow(row: ConnectionRow, engineData: boolean, names: Names): string {
  const endpoint = (address: Address, port: number) =>
    endpointText(address, port, PROTOCOL[row.protocol], names);
  const client = endpoint(row.client, row.clientPort);
  const virtual = endpoint(row.virtual, row.virtualPort);
  const server = endpoint(row.server, row.serverPort);
  const start = `${pad(row.protocol, 3)} ${pad(clock(row.secondsLeft), 6)} ${pad(row.state, 11)}`;
  const ends = `${pad(client, 18)} ${pad(virtual, 18)}`;
  if (!engineData || !row.engine) return `${start} ${ends} ${server}`;
  return `${start} ${ends} ${pad(server, 16)} ${pad(row.engine.name, 18)} ${row.engine.data}`;
}

/** Minutes and seconds; the minutes go on above 99. */
function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
