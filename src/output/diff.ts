import type { Daemon } from '../model/daemon.ts';
import { formatEndpoint } from '../model/endpoint.ts';
import {
  defaultPersistenceMask,
  formatServiceId,
  isPersistent,
  type ServiceId,
  type ServiceSettings,
  serviceFamily,
} from '../model/service.ts';
import { type Difference, isSame, type TableDifference } from '../plan/table/diff.ts';
import type { WantedDestination } from '../plan/table/wanted.ts';
import type { Paint } from './paint.ts';
import { alignColumns } from './table.ts';

/** A line of a difference: what becomes of it, and its cells, which are aligned with those of its neighbours. */
interface Row {
  readonly mark: '+' | '-' | ' ';
  readonly cells: readonly string[];
}

/** What would change, like a difference of source code; empty when nothing would. */
export function renderDiff(
  difference: TableDifference,
  names: { readonly from: string; readonly to: string },
  paint: Paint,
): string {
  if (isSame(difference)) return '';
  const { timeouts, daemons, services } = difference;
  const blocks: Row[][] = [];
  const times = Object.entries(timeouts).flatMap(([name, { before, after }]) =>
    rows({ before, after }, (value) => [`timeout ${name}`, String(value)]),
  );
  blocks.push(
    times,
    daemons.flatMap((item) => rows(item, daemonCells)),
  );
  for (const { id, settings, shown, destinations, unchanged } of services) {
    const cells = (value: ServiceSettings) => [formatServiceId(id), ...serviceCells(id, value)];
    blocks.push(
      settings ? rows(settings, cells) : [{ mark: ' ', cells: cells(shown) }],
      destinations.flatMap((item) => rows(item, destinationCells)),
      unchanged > 0 ? [{ mark: ' ', cells: [`  … ${unchanged} more as they are`] }] : [],
    );
  }
  const lines = blocks.flatMap((block) => align(block)).map((line) => colour(line, paint));
  return [paint.heading(`--- ${names.from}`), paint.heading(`+++ ${names.to}`), ...lines]
    .map((line) => `${line}\n`)
    .join('');
}

function rows<T>({ before, after }: Difference<T>, cells: (value: T) => string[]): Row[] {
  return [
    ...(before === undefined ? [] : [{ mark: '-', cells: cells(before) } as const]),
    ...(after === undefined ? [] : [{ mark: '+', cells: cells(after) } as const]),
  ];
}

function align(block: readonly Row[]): string[] {
  const lines = alignColumns(block.map(({ cells }) => cells));
  return block.map(({ mark }, index) => `${mark} ${lines[index]}`.trimEnd());
}

function colour(line: string, paint: Paint): string {
  switch (line[0]) {
    case '+':
      return paint.added(line);
    case '-':
      return paint.removed(line);
    default:
      return paint.faint(line);
  }
}

function serviceCells(id: ServiceId, settings: ServiceSettings): string[] {
  const { scheduler, schedulerFlags, persistenceTimeout, persistenceMask, persistenceEngine, onePacket } =
    settings;
  const persistence = [
    ...(isPersistent(settings) ? [`persistence ${persistenceTimeout}`] : []),
    ...(persistenceMask === defaultPersistenceMask(serviceFamily(id)) ? [] : [`mask ${persistenceMask}`]),
    ...(persistenceEngine === '' ? [] : [`engine ${persistenceEngine}`]),
  ];
  const flags = schedulerFlags.length > 0 ? ` (${schedulerFlags.join(', ')})` : '';
  return [`${scheduler}${flags}`, persistence.join(' '), onePacket ? 'one-packet' : ''];
}

function destinationCells(destination: WantedDestination): string[] {
  const { forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const plain = tunnel.type === 'ipip' && tunnel.port === 0 && tunnel.checksum === 'none';
  const port = tunnel.port === 0 ? '' : `:${tunnel.port}`;
  const checksum = tunnel.checksum === 'none' ? '' : ` checksum ${tunnel.checksum}`;
  return [
    `  -> ${formatEndpoint(destination)}`,
    plain ? forwarding : `${forwarding} ${tunnel.type}${port}${checksum}`,
    `weight ${weight}`,
    upperThreshold === 0 && lowerThreshold === 0 ? '' : `thresholds ${lowerThreshold}..${upperThreshold}`,
  ];
}

function daemonCells({ role, interface: device, syncId, maxLength, group, port, ttl }: Daemon): string[] {
  const cell = (name: string, value: string | number | undefined) =>
    value === undefined ? '' : `${name} ${value}`;
  return [
    `${role} sync daemon`,
    `on ${device}`,
    cell('id', syncId),
    cell('group', group),
    cell('port', port),
    cell('ttl', ttl),
    cell('longest', maxLength),
  ];
}
