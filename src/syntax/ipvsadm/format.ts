import type { Change } from '../../model/change.ts';
import type { Daemon } from '../../model/daemon.ts';
import { DEFAULT_TUNNEL, type Destination, type Forwarding, type Tunnel } from '../../model/destination.ts';
import { type Endpoint, formatEndpoint } from '../../model/endpoint.ts';
import { DEFAULT_SCHEDULER } from '../../model/scheduler.ts';
import {
  defaultPersistenceMask,
  isFwmark,
  isPersistent,
  type Service,
  type ServiceId,
  type ServiceSettings,
  serviceFamily,
} from '../../model/service.ts';

/**
 * Values as words of ipvsadm's command line: the opposite of `parse`, and the only place that writes such lines.
 *
 * Parsing the words gives back the value, except for what ipvsadm has no words for. That is written as ipvsadm itself
 * saves it: `local` and `bypass` forwarding as `-g`, a protocol other than TCP, UDP and SCTP as an option that does not
 * exist, and numbers beyond what the command line takes (a persistence of 0 or of more than 31 days) as they are.
 */

/** Writes an endpoint: a listing with names has its own way. */
type EndpointText = (endpoint: Endpoint) => string;

/** A command line without the program's name, for reading and for restoring: no word of a valid change has a blank. */
export function formatCommandLine(change: Change): string {
  return changeWords(change).join(' ');
}

/** The words that carry out a change, without the program's name: `-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 5`. */
export function changeWords(change: Change): string[] {
  switch (change.kind) {
    case 'add-service':
    case 'set-service': {
      const command = change.kind === 'add-service' ? '-A' : '-E';
      return [command, ...serviceIdWords(change.service), ...serviceSettingsWords(change.service)];
    }
    case 'delete-service':
      return ['-D', ...serviceIdWords(change.service)];
    case 'add-destination':
    case 'set-destination': {
      const { service, destination } = change;
      const command = change.kind === 'add-destination' ? '-a' : '-e';
      return [
        command,
        ...serviceIdWords(service),
        ...destinationIdWords(destination),
        ...destinationWords(destination),
        ...thresholdWords(destination),
      ];
    }
    case 'delete-destination':
      return ['-d', ...serviceIdWords(change.service), ...destinationIdWords(change.destination)];
    case 'flush':
      return ['-C'];
    case 'zero':
      return ['-Z', ...(change.service ? serviceIdWords(change.service) : [])];
    case 'set-timeouts': {
      const { tcp = 0, tcpFin = 0, udp = 0 } = change.timeouts;
      return ['--set', `${tcp}`, `${tcpFin}`, `${udp}`];
    }
    case 'start-daemon':
      return ['--start-daemon', change.daemon.role, ...daemonWords(change.daemon)];
    case 'stop-daemon':
      return ['--stop-daemon', change.role, ...(change.syncId ? ['--syncid', `${change.syncId}`] : [])];
  }
}

/** What names a service: `-t 10.0.0.1:80`, `--sctp-service [2001:db8::1]:80`, `-f 7 -6`. */
export function serviceIdWords(id: ServiceId, endpoint: EndpointText = formatEndpoint): string[] {
  if (isFwmark(id)) return ['-f', `${id.fwmark}`, ...(id.family === 'inet6' ? ['-6'] : [])];
  return [protocolOption(id.protocol), endpoint(id)];
}

function protocolOption(protocol: string): string {
  return protocol === 'tcp' ? '-t' : protocol === 'udp' ? '-u' : `--${protocol}-service`;
}

/** How a service is to work, the scheduler always, the rest where it differs from the default. */
export function serviceSettingsWords(service: Service): string[] {
  const {
    scheduler = DEFAULT_SCHEDULER,
    persistenceTimeout = 0,
    persistenceEngine = '',
    schedulerFlags = [],
  } = service;
  const mask = narrowedMask(service);
  return [
    ...['-s', scheduler],
    ...(isPersistent(service) ? ['-p', `${persistenceTimeout}`] : []),
    ...(mask === undefined ? [] : ['-M', `${mask}`]),
    ...(persistenceEngine === '' ? [] : ['--pe', persistenceEngine]),
    ...(service.onePacket ? ['-o'] : []),
    ...(schedulerFlags.length > 0 ? ['-b', schedulerFlags.join(',')] : []),
  ];
}

/** The part of a client's address that persistence looks at, unless it is all of it. */
export function narrowedMask(
  service: ServiceId & Partial<Pick<ServiceSettings, 'persistenceMask'>>,
): string | number | undefined {
  const { persistenceMask: mask } = service;
  return mask === defaultPersistenceMask(serviceFamily(service)) ? undefined : mask;
}

/** What names a destination of a service: `-r 10.0.0.2:80`. */
export function destinationIdWords(destination: Endpoint, endpoint: EndpointText = formatEndpoint): string[] {
  return ['-r', endpoint(destination)];
}

/** ipvsadm has no option for `local` and `bypass`. */
const FORWARDING_OPTION: Record<Forwarding, string> = {
  masquerade: '-m',
  tunnel: '-i',
  direct: '-g',
  local: '-g',
  bypass: '-g',
};

/** How packets get to a destination, and its weight: all that ipvsadm saves of one. */
export function destinationWords(destination: Destination): string[] {
  const { forwarding = 'direct', weight = 1, tunnel = DEFAULT_TUNNEL } = destination;
  const words = [FORWARDING_OPTION[forwarding], '-w', `${weight}`];
  return forwarding === 'tunnel' ? [...words, ...tunnelWords(tunnel)] : words;
}

const CHECKSUM_OPTION: Record<Tunnel['checksum'], string> = {
  none: '--tun-nocsum',
  full: '--tun-csum',
  remote: '--tun-remcsum',
};

function tunnelWords({ type, port, checksum }: Tunnel): string[] {
  const typed = ['--tun-type', type];
  switch (type) {
    case 'ipip':
      return typed;
    case 'gue':
      return [...typed, '--tun-port', `${port}`, CHECKSUM_OPTION[checksum]];
    case 'gre':
      return [...typed, CHECKSUM_OPTION[checksum]];
  }
}

/** A destination's limits, where it has any. */
function thresholdWords({ upperThreshold = 0, lowerThreshold = 0 }: Destination): string[] {
  return [
    ...(upperThreshold > 0 ? ['-x', `${upperThreshold}`] : []),
    ...(lowerThreshold > 0 ? ['-y', `${lowerThreshold}`] : []),
  ];
}

function daemonWords(daemon: Daemon): string[] {
  const { syncId = 0, maxLength, group, port, ttl } = daemon;
  return [
    ...['--mcast-interface', daemon.interface],
    ...(syncId > 0 ? ['--syncid', `${syncId}`] : []),
    ...(maxLength === undefined ? [] : ['--sync-maxlen', `${maxLength}`]),
    ...(group === undefined ? [] : ['--mcast-group', group]),
    ...(port === undefined ? [] : ['--mcast-port', `${port}`]),
    ...(ttl === undefined ? [] : ['--mcast-ttl', `${ttl}`]),
  ];
}
