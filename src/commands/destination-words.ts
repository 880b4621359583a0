import type { Command } from 'commander';
import { formatNamed, TableFailure } from '../actions/table/destination.ts';
import type { DestinationStatus } from '../model/destination.ts';
import { parseDuration } from '../model/duration.ts';
import { isFwmark, MAX_FWMARK, type ServiceId } from '../model/service.ts';
import { renderJson } from '../output/json.ts';
import type { NamedDestination } from '../plan/table/report.ts';
import type { World } from '../process/world.ts';
import { readEndpointWord } from '../syntax/endpoint.ts';
import { UsageError } from '../syntax/usage-error.ts';
import type { DryRunValues } from './dry-run.ts';
import { EXIT } from './exit-codes.ts';

/** What commander reads of the options that name a destination; the spellings are ipvsadm's. */
export interface DestinationValues extends DryRunValues {
  readonly tcpService?: string;
  readonly udpService?: string;
  readonly sctpService?: string;
  readonly fwmarkService?: string;
  readonly ipv6?: boolean;
  readonly realServer?: string;
}

export function addDestinationOptions(command: Command): Command {
  return command
    .option('-t, --tcp-service <address:port>', 'the service')
    .option('-u, --udp-service <address:port>', 'the service')
    .option('--sctp-service <address:port>', 'the service')
    .option('-f, --fwmark-service <mark>', 'the service, by firewall mark')
    .option('-6, --ipv6', 'with -f: the mark is for IPv6')
    .option('-r, --real-server <address:port>', "the destination; without a port, the service's");
}

/** Which destination the options name. Throws a UsageError. */
export function readNamed(values: DestinationValues): NamedDestination {
  const service = readService(values);
  if (values.realServer === undefined) throw new UsageError('-r is missing: the real server');
  const { address, port } = readEndpointWord(values.realServer, '-r');
  return { service, destination: { address, port: port ?? (isFwmark(service) ? 0 : service.port) } };
}

function readService(values: DestinationValues): ServiceId {
  const { tcpService: tcp, udpService: udp, sctpService: sctp, fwmarkService: mark, ipv6 } = values;
  const given = Object.entries({ tcp, udp, sctp, mark }).filter(([, text]) => text !== undefined);
  if (given.length !== 1) throw new UsageError('name the service with one of -t, -u, --sctp-service and -f');
  if (mark !== undefined) {
    const fwmark = /^[1-9]\d{0,9}$/.test(mark) ? Number(mark) : 0;
    if (fwmark < 1 || fwmark > MAX_FWMARK) throw new UsageError(`-f: '${mark}' is not a mark`);
    return { fwmark, family: ipv6 ? 'inet6' : 'inet' };
  }
  if (ipv6) throw new UsageError('-6 goes with -f');
  const [protocol, text] = given[0] as ['tcp' | 'udp' | 'sctp', string];
  const { address, port } = readEndpointWord(
    text,
    { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[protocol],
  );
  if (port === undefined) throw new UsageError(`'${text}' has no port (0 for the service of all ports)`);
  return { protocol, address, port };
}

/** A time in seconds. Throws a UsageError. */
export function readTime(text: string, option: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new UsageError(`${option}: '${text}' is not a time such as 60, 60s or 5m`);
  return seconds;
}

/** What `--dry-run` says of a weight that would become another. Throws a TableFailure without the destination. */
export function showWeight(
  found: DestinationStatus | undefined,
  named: NamedDestination,
  weight: number,
  { json, exitCode }: { readonly json?: boolean; readonly exitCode?: boolean },
  { stdout }: World,
): number {
  if (!found) throw new TableFailure('absent', `there is no destination ${formatNamed(named)}`);
  const changed = found.weight !== weight;
  if (json) stdout.write(renderJson({ dryRun: true, changed, from: found.weight, to: weight }));
  else stdout.write(`${formatNamed(named)}: weight ${changed ? `${found.weight} -> ${weight}` : weight}\n`);
  return changed && exitCode ? EXIT.wouldChange : EXIT.ok;
}
