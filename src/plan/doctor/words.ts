import type { DestinationStatus } from '../../model/destination.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import type { Facts } from '../../model/facts.ts';
import {
  defaultPersistenceMask,
  formatServiceId,
  isFwmark,
  type ServiceId,
  type ServiceSettings,
  serviceFamily,
} from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';

// How findings call things, and the command lines that they advise.

/** A destination with the service that it is of. */
export interface Placed {
  readonly service: ServiceTable;
  readonly destination: DestinationStatus;
}

export function destinationsOf({ table }: Facts): Placed[] {
  return (table?.services ?? []).flatMap((service) =>
    service.destinations.map((destination) => ({ service, destination })),
  );
}

/** `tcp 10.0.0.1:80 -> 10.0.0.2:80` */
export function nameOf({ service, destination }: Placed): string {
  return `${formatServiceId(service)} -> ${formatEndpoint(destination)}`;
}

/** `tcp 10.0.0.1:80 -> 10.0.0.2:80 and 3 more` */
export function nameGroup(placed: readonly Placed[]): string {
  const more = placed.length - 1;
  return `${nameOf(placed[0]!)}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The subject of a sentence, with its verb: `tcp 10.0.0.1:80 -> 10.0.0.2:80 is`. */
export function nameSome(placed: readonly Placed[]): string {
  return `${nameGroup(placed)} ${placed.length > 1 ? 'are' : 'is'}`;
}

/** `-t 10.0.0.1:80` */
export function serviceWords(id: ServiceId): string {
  if (isFwmark(id)) return `-f ${id.fwmark}${id.family === 'inet6' ? ' -6' : ''}`;
  const option = id.protocol === 'sctp' ? '--sctp-service' : `-${id.protocol[0]}`;
  return `${option} ${formatEndpoint(id)}`;
}

/** The line that sets a service anew, with some settings changed and all others as they are. */
export function editService(service: ServiceTable, changed: Partial<ServiceSettings>): string {
  const settings: ServiceSettings = { ...service, ...changed };
  const { scheduler, schedulerFlags, persistenceTimeout, persistenceMask, persistenceEngine } = settings;
  const words = [`lvsadm -E ${serviceWords(service)} -s ${scheduler}`];
  if (schedulerFlags.length > 0) words.push(`-b ${schedulerFlags.join(',')}`);
  if (persistenceTimeout > 0) words.push(`-p ${persistenceTimeout}`);
  if (persistenceMask !== defaultPersistenceMask(serviceFamily(service))) words.push(`-M ${persistenceMask}`);
  if (persistenceEngine !== '') words.push(`--pe ${persistenceEngine}`);
  if (settings.onePacket) words.push('-o');
  return words.join(' ');
}

/** The line that sets (`-e`) or adds (`-a`) a destination, with some settings changed and all others as they are. */
export function putDestination(
  verb: '-e' | '-a',
  { service, destination }: Placed,
  changed: Partial<DestinationStatus> = {},
): string {
  const { forwarding, weight, upperThreshold, lowerThreshold, tunnel, ...id } = {
    ...destination,
    ...changed,
  };
  const words = [`lvsadm ${verb} ${serviceWords(service)} -r ${formatEndpoint(id)}`];
  words.push(forwarding === 'masquerade' ? '-m' : forwarding === 'tunnel' ? '-i' : '-g');
  if (forwarding === 'tunnel' && tunnel.type !== 'ipip') {
    words.push(`--tun-type ${tunnel.type}`);
    if (tunnel.type === 'gue') words.push(`--tun-port ${tunnel.port}`);
    if (tunnel.checksum !== 'none') words.push(tunnel.checksum === 'full' ? '--tun-csum' : '--tun-remcsum');
  }
  words.push(`-w ${weight}`);
  if (upperThreshold > 0) words.push(`-x ${upperThreshold}`);
  if (lowerThreshold > 0) words.push(`-y ${lowerThreshold}`);
  return words.join(' ');
}

export function removeDestination({ service, destination }: Placed): string {
  return `lvsadm -d ${serviceWords(service)} -r ${formatEndpoint(destination)}`;
}

/** `net/ipv4/ip_forward` → `sysctl -w net.ipv4.ip_forward=1` */
export function setSysctl(path: string, value: string | number): string {
  return `sysctl -w ${sysctlName(path)}=${value}`;
}

/** `net/ipv4/ip_forward` as sysctl writes it: dots for slashes, and slashes for the dots in a name of a device. */
export function sysctlName(path: string): string {
  return path.replaceAll('.', '\0').replaceAll('/', '.').replaceAll('\0', '/');
}

/** Whether a release, such as `5.4.0-42-generic`, is older than a version. */
export function isBefore(kernel: string, major: number, minor: number): boolean {
  const [own = 0, second = 0] = kernel.split('.').map(Number.parseFloat);
  return own < major || (own === major && second < minor);
}
