import { formatEndpoint } from '../model/endpoint.ts';
import type { Use } from '../plan/host/fullnat-use.ts';
import { type Format, renderJson } from './json.ts';
import { statusJson, type TargetStatus, statusLines as targetLines } from './status.ts';
import { alignColumns } from './table.ts';

export interface FullnatRow {
  readonly service: string;
  readonly localAddresses: string;
  /** The device, `floating`, or `by network`. */
  readonly place: string;
  /** `ending`: only for connections that live; `broken`: something is gone that was made. */
  readonly state: 'on' | 'ending' | 'broken';
}

export function renderFullnatList(rows: readonly FullnatRow[], format: Format): string {
  if (format === 'json') return renderJson({ services: rows });
  if (rows.length === 0) return 'no service is FULLNAT here\n';
  const cells = rows.map(({ service, localAddresses, place, state }) => [
    service,
    localAddresses,
    place,
    state,
  ]);
  return `${alignColumns(cells).join('\n')}\n`;
}

export interface FullnatStatus extends TargetStatus {
  readonly uses: readonly Use[];
  readonly warnings: readonly string[];
}

/** The table of tracked connections, of the whole host. */
export interface TrackingStatus {
  readonly count: number;
  readonly limit: number;
  readonly insertFailures: number;
  readonly drops: number;
  readonly warnings: readonly string[];
}

/** How many pairs of local address and real server are shown to people, the fullest first. */
const SHOWN = 10;

export function renderFullnatStatus(
  statuses: readonly FullnatStatus[],
  tracking: TrackingStatus,
  format: Format,
): string {
  if (format === 'json') {
    return renderJson({
      role: 'fullnat',
      prepared: statuses.length > 0 && statuses.every(({ problems }) => problems.length === 0),
      targets: statuses.map((status) => ({
        ...statusJson(status),
        use: status.uses,
        warnings: status.warnings,
      })),
      tracking,
    });
  }
  if (statuses.length === 0) return 'no service is FULLNAT here\n';
  const { count, limit, insertFailures, drops, warnings } = tracking;
  return [
    ...statuses.flatMap(statusLines),
    `tracked connections: ${count} of ${limit} (${percent(count, limit)}); since the start ${insertFailures} could not be entered (no free port, or a clash), and ${drops} packets were dropped (a full table, or a clash)`,
    ...warnings.map(warning),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function statusLines(status: FullnatStatus): string[] {
  const { uses, warnings } = status;
  const shown = uses.slice(0, SHOWN);
  const rest = uses.length - shown.length;
  return [
    ...targetLines(status),
    ...shown.map(
      ({ protocol, localAddress, realServer, used, limit }) =>
        `  ${localAddress} -> ${formatEndpoint(realServer)} ${protocol}: ${used} of ${limit} ports (${percent(used, limit)})`,
    ),
    ...(rest > 0 ? [`  and ${rest} more, less full`] : []),
    ...warnings.map((text) => `  ${warning(text)}`),
  ];
}

const warning = (text: string) => `warning: ${text}`;

const percent = (part: number, whole: number) => `${whole === 0 ? 0 : Math.floor((100 * part) / whole)} %`;
