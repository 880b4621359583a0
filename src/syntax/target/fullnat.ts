import { familyOf } from '../../model/address.ts';
import { formatAddresses, type Pool, type PortRange, parseAddresses } from '../../model/pool.ts';
import { isFwmark, MAX_FWMARK, type ServiceId } from '../../model/service.ts';
import type { Fullnat } from '../../plan/host/fullnat.ts';
import { UsageError } from '../usage-error.ts';
import { parseDevice, parseHostAddress, parsePort } from '../words.ts';

/** The options that name a service and say what it is to have. */
export interface FullnatValues {
  readonly tcpService?: string;
  readonly udpService?: string;
  readonly fwmarkService?: string;
  readonly ipv6?: boolean;
  readonly localAddress?: string;
  readonly localPorts?: string;
  readonly device?: string;
  readonly floating?: boolean;
}

/** The service that is named, or `undefined` when none is. Throws a UsageError. */
export function readFullnatService(values: FullnatValues): ServiceId | undefined {
  const { tcpService, udpService, fwmarkService, ipv6 = false } = values;
  const named = [tcpService, udpService, fwmarkService].filter((text) => text !== undefined);
  if (named.length > 1) throw new UsageError('one service at a time: -t, -u or -f');
  if (ipv6 && fwmarkService === undefined) throw new UsageError('-6 goes with -f');
  if (tcpService !== undefined) return parseAddressService(tcpService, 'tcp', '-t');
  if (udpService !== undefined) return parseAddressService(udpService, 'udp', '-u');
  if (fwmarkService === undefined) return undefined;
  const fwmark = /^[1-9][0-9]{0,9}$/.test(fwmarkService) ? Number(fwmarkService) : 0;
  if (fwmark < 1 || fwmark > MAX_FWMARK)
    throw new UsageError(`-f: '${fwmarkService}' is not a firewall mark`);
  return { fwmark, family: ipv6 ? 'inet6' : 'inet' };
}

function parseAddressService(text: string, protocol: 'tcp' | 'udp', option: string): ServiceId {
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  if (address === undefined) {
    throw new UsageError(`${option}: '${text}' is not ADDRESS:PORT (an IPv6 address in brackets)`);
  }
  return { protocol, address: parseHostAddress(address, option), port: parsePort(port, option) };
}

/** All that `enable` is told. Throws a UsageError. */
export function readFullnat(values: FullnatValues): Fullnat {
  const service = readFullnatService(values);
  if (!service) throw new UsageError('which service? -t ADDRESS:PORT, -u ADDRESS:PORT or -f MARK');
  const { localAddress, localPorts, device, floating = false } = values;
  if (localAddress === undefined) throw new UsageError('--local-address is missing');
  const addresses = parseAddresses(localAddress);
  if (typeof addresses === 'string') throw new UsageError(`--local-address: ${addresses}`);
  for (const address of addresses) parseHostAddress(address, '--local-address');
  const pool: Pool = { addresses, ...(localPorts !== undefined && { ports: parsePorts(localPorts) }) };
  if (isFwmark(service) && familyOf(addresses[0]!) !== service.family) {
    throw new UsageError(
      service.family === 'inet' ? '-f with IPv6 local addresses wants -6' : '-6 wants IPv6 ones',
    );
  }
  if (device !== undefined && floating) throw new UsageError('--device and --floating exclude each other');
  return {
    service,
    pool,
    floating,
    ...(device !== undefined && { device: parseDevice(device, '--device') }),
  };
}

function parsePorts(text: string): PortRange {
  const [first = '', last = '', ...rest] = text.split('-');
  if (rest.length > 0 || last === '') throw new UsageError(`--local-ports: '${text}' is not FIRST-LAST`);
  const range = { first: parsePort(first, '--local-ports'), last: parsePort(last, '--local-ports') };
  if (range.last < range.first) throw new UsageError(`--local-ports: '${text}' ends before it begins`);
  return range;
}

function formatServiceWords(service: ServiceId): string[] {
  if (isFwmark(service)) {
    return ['-f', String(service.fwmark), ...(service.family === 'inet6' ? ['-6'] : [])];
  }
  const { protocol, address, port } = service;
  return [
    protocol === 'tcp' ? '-t' : '-u',
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  ];
}

/** The opposite of `readFullnat`. */
export function formatFullnat({ service, pool, device, floating }: Fullnat): string[] {
  return [
    ...formatServiceWords(service),
    ...['--local-address', formatAddresses(pool.addresses)],
    ...(pool.ports ? ['--local-ports', `${pool.ports.first}-${pool.ports.last}`] : []),
    ...(device === undefined ? [] : ['--device', device]),
    ...(floating ? ['--floating'] : []),
  ];
}
