import type { Counters } from '../../model/counters.ts';
import type { DestinationStatus, Forwarding, Tunnel } from '../../model/destination.ts';
import type { ListingStyle, View } from '../../syntax/ipvsadm/command.ts';
import { fullCount, shortCount } from './counters-text.ts';
import { pad } from './pad.ts';

/**
 * What a listing shows: two lines above, and what stands right of the names of services and destinations. The latter
 * begins with the blank that parts it from the name.
 */
export interface Columns {
  readonly header: string;
  /** The numbers of a service, in the views that count; the others show its settings there. */
  readonly service?: (counters: Counters) => string;
  readonly destination: (destination: DestinationStatus) => string;
}

type CountText = (value: bigint) => string;

const SERVICE_SETTINGS = 'Prot LocalAddress:Port Scheduler Flags';
const SERVICE = 'Prot LocalAddress:Port'.padEnd(33);
const DESTINATION = '  -> RemoteAddress:Port';
const DESTINATION_COLUMNS = DESTINATION.padEnd(34);

const FORWARDING_TITLE: Record<Forwarding, string> = {
  masquerade: 'Masq   ',
  local: 'Local  ',
  tunnel: 'Tunnel ',
  direct: 'Route  ',
  bypass: 'Bypass ',
};

/** The columns of a style. Blanks at the ends of lines are ipvsadm's. */
export function columnsOf({ view, exact }: Pick<ListingStyle, 'view' | 'exact'>): Columns {
  return COLUMNS[view](exact ? fullCount : shortCount);
}

const COLUMNS: Record<View, (count: CountText) => Columns> = {
  plain: () => ({
    header: `${SERVICE_SETTINGS}\n${DESTINATION_COLUMNS}Forward Weight ActiveConn InActConn\n`,
    destination: (it) => ` ${forwarding(it)} ${cell(it.weight, 6)} ${connections(it)}`,
  }),
  tunnel: () => ({
    header: `${SERVICE_SETTINGS}\n${DESTINATION_COLUMNS}Forward TunnelInfo    Weight ActiveConn InActConn\n`,
    destination: (it) =>
      ` ${forwarding(it)} ${pad(tunnelText(it), 13)} ${cell(it.weight, 6)} ${connections(it)}`,
  }),
  thresholds: () => ({
    header: `${SERVICE} Uthreshold Lthreshold ActiveConn InActConn \n${DESTINATION}\n`,
    destination: (it) => ` ${cell(it.upperThreshold, 10)} ${cell(it.lowerThreshold, 10)} ${connections(it)}`,
  }),
  persistent: () => ({
    header: `${SERVICE} Weight    PersistConn ActiveConn InActConn \n${DESTINATION}\n`,
    destination: (it) => ` ${cell(it.weight, 9)} ${cell(it.persistentConnections, 11)} ${connections(it)}`,
  }),
  stats: (count) => ({
    header: `${SERVICE}    Conns   InPkts  OutPkts  InBytes OutBytes\n${DESTINATION}\n`,
    service: (counters) => totals(counters, count),
    destination: ({ counters }) => totals(counters, count),
  }),
  rate: (count) => ({
    header: `${SERVICE}      CPS    InPPS   OutPPS    InBPS   OutBPS\n${DESTINATION}\n`,
    service: (counters) => rates(counters, count, count),
    // ipvsadm abbreviates the packet rates of services only.
    destination: ({ counters }) => rates(counters, fullCount, count),
  }),
};

function totals(it: Counters, count: CountText): string {
  const { connections, incomingPackets, outgoingPackets, incomingBytes, outgoingBytes } = it;
  return [connections, incomingPackets, outgoingPackets, incomingBytes, outgoingBytes].map(count).join('');
}

function rates(it: Counters, countPackets: CountText, countBytes: CountText): string {
  const packets = [it.connectionRate, it.incomingPacketRate, it.outgoingPacketRate].map(countPackets);
  const bytes = [it.incomingByteRate, it.outgoingByteRate].map(countBytes);
  return [...packets, ...bytes].join('');
}

function forwarding(it: DestinationStatus): string {
  return FORWARDING_TITLE[it.forwarding];
}

function connections(it: DestinationStatus): string {
  return `${cell(it.activeConnections, 10)} ${cell(it.inactiveConnections, 10)}`;
}

function cell(value: number, width: number): string {
  return pad(String(value), width);
}

const CHECKSUM_MARK: Record<Tunnel['checksum'], string> = { none: '-c', full: '+c', remote: 'r+c' };

function tunnelText({ forwarding, tunnel }: DestinationStatus): string {
  if (forwarding !== 'tunnel') return 'n/a';
  switch (tunnel.type) {
    case 'ipip':
      return 'ipip';
    case 'gue':
      return `gue:${tunnel.port}:${CHECKSUM_MARK[tunnel.checksum]}`;
    case 'gre':
      return `gre:${CHECKSUM_MARK[tunnel.checksum]}`;
  }
}
