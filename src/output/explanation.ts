import type { DestinationStatus } from '../model/destination.ts';
import { formatEndpoint } from '../model/endpoint.ts';
import { formatServiceId, isPersistent } from '../model/service.ts';
import type { Chance } from '../plan/packet/choice.ts';
import type { Explanation, Way } from '../plan/packet/explanation.ts';
import type { Match } from '../plan/packet/match.ts';
import { explanationJson } from './explanation-json.ts';
import { formatEnd, renderHops } from './hops.ts';
import { type Format, renderJson } from './json.ts';
import type { Paint } from './paint.ts';

/** How wide lines may get, and in which colours. */
export interface Look {
  readonly width: number;
  readonly paint: Paint;
}

const FOUND_BY: Readonly<Record<Match['by'], string>> = {
  mark: 'found by the packet’s mark',
  address: 'found by address and port',
  ftp: 'found as the FTP service, for a data connection',
  'any-port': 'found as the service of all ports',
};

/** What becomes of a packet. */
export function renderExplanation(explanation: Explanation, format: Format, look: Look): string {
  if (format === 'json') return renderJson(explanationJson(explanation));
  const { packet, match, ways, shown, problems, notes } = explanation;
  const { paint } = look;
  const client =
    packet.client === undefined
      ? 'any client'
      : formatEnd({ address: packet.client, port: packet.clientPort });
  const mark = packet.mark === 0 ? '' : `, mark ${packet.mark}`;
  const hasProblems = match && (problems.length > 0 || ways.some((way) => way.problems.length > 0));
  return [
    `packet:   ${packet.protocol} ${client} → ${formatEndpoint(packet.destination)}${mark}\n`,
    ...(match ? serviceLines(explanation, match) : []),
    ...problems.map((text) => `${paint.removed(`problem:  ${text}`)}\n`),
    ...notes.map((text) => `note:     ${text}\n`),
    ...(ways.length > 0 ? ['\n', destinationTable(explanation, paint)] : []),
    ...(shown ? ['\n', wayText(shown, explanation, look)] : []),
    ...(hasProblems ? ['\n', 'lvsadm doctor looks for the causes, and tells what fixes them\n'] : []),
  ].join('');
}

function serviceLines({ rule, sticky, packet }: Explanation, { service, by }: Match): string[] {
  const lines = [`service:  ${formatServiceId(service)}, ${FOUND_BY[by]}\n`];
  if (sticky) {
    const name = formatEndpoint(sticky.destination);
    lines.push(
      `goes to:  ${name}, to which persistence has this client go for ${sticky.secondsLeft} s more\n`,
    );
  } else {
    lines.push(`goes to:  ${rule} (${service.scheduler})\n`);
    if (isPersistent(service)) lines.push(persistenceLine(service.persistenceTimeout, packet.client));
  }
  return lines;
}

function persistenceLine(seconds: number, client: string | undefined): string {
  const now = client === undefined ? '' : '; now nothing is remembered of it';
  return `          by persistence a client’s next connections go to the same one, for ${seconds} s${now}
`;
}

function destinationTable({ ways, match, sticky }: Explanation, paint: Paint): string {
  const head = ['destination', 'by', 'weight', 'connections', 'new connections'];
  const rows = ways.map(({ chance, fullnat }) => {
    const { destination } = chance;
    const { activeConnections: active, inactiveConnections: inactive } = destination;
    return [
      formatEndpoint(destination),
      formatForwarding(destination, fullnat),
      String(destination.weight),
      `${active} active, ${inactive} inactive`,
      sticky?.destination === destination
        ? 'this client’s'
        : shareText(chance, match?.service.scheduler ?? ''),
    ];
  });
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd();
  return [
    `${paint.heading(line(head))}\n`,
    ...rows.flatMap((row, at) => [
      `${line(row)}\n`,
      ...ways[at]!.problems.map((text) => `${paint.removed(`  problem: ${text}`)}\n`),
    ]),
  ].join('');
}

const HASHED = ['sh', 'mh', 'dh'];

function shareText({ eligible, reason, share, next }: Chance, scheduler: string): string {
  if (eligible !== 'yes') return `${eligible === 'no' ? 'none' : 'perhaps none'}: ${reason}`;
  if (share !== undefined) return formatShare(share);
  if (next) return 'the next one';
  return HASHED.includes(scheduler) ? 'by hash' : 'perhaps';
}

/** `75 %`, `33.3 %` */
function formatShare(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

function wayText({ chance, hops, fullnat }: Way, { packet }: Explanation, { width, paint }: Look): string {
  const { destination } = chance;
  const title = `by ${formatEndpoint(destination)}, ${formatForwarding(destination, fullnat)}`;
  if (hops.length === 0) return `${title}: there is no way\n`;
  const end = repliesText(destination.forwarding, fullnat, packet.client);
  return `${title}:\n\n${renderHops(hops, width, paint)}${end}`;
}

/** Where answers go. */
export function repliesText(
  forwarding: DestinationStatus['forwarding'],
  fullnat: boolean,
  client = 'the client',
): string {
  if (forwarding !== 'masquerade') {
    return `replies go from the real server straight to ${client}; the director does not see them\n`;
  }
  const seen = fullnat
    ? 'the real server sees a local address in the place of the client’s'
    : 'the real server sees the client’s address';
  return `replies go back through the director; ${seen}\n`;
}

function formatForwarding(
  { forwarding, tunnel }: Pick<DestinationStatus, 'forwarding' | 'tunnel'>,
  fullnat = false,
): string {
  switch (forwarding) {
    case 'masquerade':
      return fullnat ? 'FULLNAT' : 'NAT';
    case 'direct':
      return 'DR';
    case 'tunnel':
      return tunnel.type === 'gue' ? `TUN (gue to port ${tunnel.port})` : `TUN (${tunnel.type})`;
    case 'local':
    case 'bypass':
      return forwarding;
  }
}
