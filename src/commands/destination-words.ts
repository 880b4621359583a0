import type { Command } from 'commander';
import type { DestinationId } from '../model/destination.ts';
import { parseDuration } from '../model/duration.ts';
import { isFwmark, MAX_FWMARK, type ServiceId } from '../model/service.ts';
import { parseEndpointText } from '../syntax/endpoint.ts';
import { UsageError } from './role.ts';

/** What commander reads of the options that name a destination; the spellings are ipvsadm's. */
export interface DestinationValues {
  readonly tcpService?: string;
  readonly udpService?: string;
  readonly sctpService?: string;
  readonly fwmarkService?: string;
  readonly ipv6?: boolean;
  readonly realServer?: string;
}

/** A destination, and the service that it belongs to. */
export interface Named {
  readonly service: ServiceId;
  readonly destination: DestinationId;
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
export function readNamed(values: DestinationValues): Named {
  const service = readService(values);
  if (values.realServer === undefined) throw new UsageError('-r is missing: the real server');
  const { address, port } = readEndpoint(values.realServer, '-r');
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
  const { address, port } = readEndpoint(text, { tcp: '-t', udp: '-u', sctp: '--sctp-service' }[protocol]);
  if (port === undefined) throw new UsageError(`'${text}' has no port (0 for the service of all ports)`);
  return { protocol, address, port };
}

function readEndpoint(text: string, option: string): { address: string; port: number | undefined } {
  const endpoint = parseEndpointText(text);
  if ('problem' in endpoint) throw new UsageError(`${option}: ${endpoint.problem}`);
  return endpoint;
}

/** A time in seconds. Throws a UsageError. */
export function readTime(text: string, option: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw new UsageError(`${option}: '${text}' is not a time such as 60, 60s or 5m`);
  return seconds;
}
