import { formatEndpoint } from '../model/endpoint.ts';
import type { Hop, HopEnd } from '../model/hop.ts';
import type { Paint } from './paint.ts';
import { alignColumns } from './table.ts';

const TITLES = ['', 'hop', 'source MAC', 'destination MAC', 'source', 'destination', ''];
const TUNNEL_TITLE = { ipip: 'IP', gre: 'GRE', gue: 'GUE' } as const;

/** A table of hops, with what there is to say about each below; a block for each hop where the table is too wide. */
export function renderHops(hops: readonly Hop[], width: number, paint: Paint): string {
  const rows = hops.flatMap((hop, index) => rowsOf(hop, index + 1));
  const lines = alignColumns([TITLES, ...rows]);
  if (lines.some((line) => line.length > width))
    return hops.map((hop, at) => block(hop, at + 1, paint)).join('');
  const [title = '', ...rest] = lines;
  const remarks = hops.flatMap((hop, index) => hop.remarks.map((text) => `${index + 1}: ${text}`));
  const notes = remarks.length > 0 ? ['', ...remarks.map(paint.faint)] : [];
  return [paint.heading(title), ...rest, ...notes].map((line) => `${line}\n`).join('');
}

/** One row, or two: what is wrapped has its outer header above it. */
function rowsOf(hop: Hop, number: number): string[][] {
  const start = [String(number), `${hop.from} → ${hop.to}`, mac(hop.sourceMac), mac(hop.destinationMac)];
  const inner = [formatEnd(hop.source), formatEnd(hop.destination)];
  if (!hop.outer) return [[...start, ...inner, '']];
  const { outer, inside } = headers(hop);
  return [
    [...start, ...outer, `outer: ${title(hop)}`],
    ['', '', '', '', ...inside, 'inside'],
  ];
}

function headers(hop: Hop): { outer: [string, string]; inside: [string, string] } {
  const { type, source, destination } = hop.outer!;
  const end = type === 'gue' ? formatEnd : ({ address }: HopEnd) => address ?? '?';
  return {
    outer: [end(source), end(destination)],
    inside: [formatEnd(hop.source), formatEnd(hop.destination)],
  };
}

function block(hop: Hop, number: number, paint: Paint): string {
  const pair = (name: string, from: string, to: string) => `   ${name.padEnd(5)} ${from} → ${to}`;
  const inner = pair(hop.outer ? 'inner' : 'IP', formatEnd(hop.source), formatEnd(hop.destination));
  const lines = [
    paint.heading(`${number}  ${hop.from} → ${hop.to}`),
    pair('MAC', mac(hop.sourceMac), mac(hop.destinationMac)),
    ...(hop.outer ? [pair(title(hop), ...headers(hop).outer)] : []),
    inner,
    ...hop.remarks.map((text) => paint.faint(`   ${text}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function title({ outer }: Hop): string {
  return outer ? TUNNEL_TITLE[outer.type] : '';
}

const mac = (address: string | undefined) => address ?? '?';

/** `10.0.0.1:80`, with `?` for what is not known. */
export function formatEnd({ address, port }: HopEnd): string {
  if (address === undefined) return `?:${port ?? '?'}`;
  if (port !== undefined) return formatEndpoint({ address, port });
  return formatEndpoint({ address, port: 0 }).replace(/0$/, '?');
}

/** The shape in JSON: `null` for what is not known. */
export function hopJson({
  from,
  to,
  sourceMac,
  destinationMac,
  source,
  destination,
  outer,
  remarks,
}: Hop): object {
  const end = ({ address, port }: HopEnd) => ({ address: address ?? null, port: port ?? null });
  return {
    from,
    to,
    sourceMac: sourceMac ?? null,
    destinationMac: destinationMac ?? null,
    source: end(source),
    destination: end(destination),
    outer: outer
      ? { type: outer.type, source: end(outer.source), destination: end(outer.destination) }
      : null,
    remarks,
  };
}
