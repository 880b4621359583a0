import { FAMILIES, familyOf, parseAddress } from '../model/address.ts';
import { type Change, formatChange } from '../model/change.ts';
import {
  DAEMON_ROLES,
  type Daemon,
  MAX_INTERFACE_NAME,
  MAX_SYNC_ID,
  MAX_SYNC_LENGTH,
  MAX_TTL,
} from '../model/daemon.ts';
import {
  type Destination,
  type DestinationId,
  FORWARDINGS,
  MAX_THRESHOLD,
  MAX_WEIGHT,
  TUNNEL_CHECKSUMS,
  TUNNEL_TYPES,
} from '../model/destination.ts';
import { MAX_PORT } from '../model/endpoint.ts';
import { PROTOCOLS } from '../model/protocol.ts';
import { SCHEDULER_FLAGS } from '../model/scheduler.ts';
import {
  isFwmark,
  MAX_ENGINE_NAME,
  MAX_FWMARK,
  MAX_PERSISTENCE,
  MAX_SCHEDULER_NAME,
  type Service,
  type ServiceId,
  serviceFamily,
} from '../model/service.ts';
import { MAX_TIMEOUT } from '../model/timeouts.ts';

/**
 * Throws a RangeError for a change that cannot be written down in the kernel's terms: a number that does not fit its
 * field, text that is not an address, a name that is too long. Everything else is the kernel's to judge.
 */
export function checkChange(change: Change): void {
  const problem = problemOf(change);
  if (problem) throw new RangeError(`cannot ${formatChange(change) ?? 'make a change'}: ${problem}`);
}

/** As `checkChange`, for the identity of a service that is asked for. */
export function checkServiceId(id: ServiceId): void {
  const problem = serviceIdProblem(id);
  if (problem) throw new RangeError(`not a service: ${problem}`);
}

type Problem = string | undefined | false;

/** An IPv6 mask is a prefix length; which ones it takes is the kernel's to judge. */
const MAX_MASK = 2 ** 32 - 1;

function problemOf(change: Change): Problem {
  switch (change.kind) {
    case 'add-service':
    case 'set-service':
      return serviceIdProblem(change.service) || settingsProblem(change.service);
    case 'delete-service':
      return serviceIdProblem(change.service);
    case 'add-destination':
    case 'set-destination':
      return serviceIdProblem(change.service) || destinationProblem(change.destination);
    case 'delete-destination':
      return serviceIdProblem(change.service) || endpointProblem(change.destination);
    case 'zero':
      return change.service && serviceIdProblem(change.service);
    case 'set-timeouts': {
      const { tcp = 0, tcpFin = 0, udp = 0 } = change.timeouts;
      return (
        number('tcp', tcp, 0, MAX_TIMEOUT) ||
        number('tcpFin', tcpFin, 0, MAX_TIMEOUT) ||
        number('udp', udp, 0, MAX_TIMEOUT)
      );
    }
    case 'start-daemon':
      return daemonProblem(change.daemon);
    case 'stop-daemon':
      return oneOf('role', change.role, DAEMON_ROLES) || number('syncId', change.syncId ?? 0, 0, MAX_SYNC_ID);
    case 'flush':
      return undefined;
    default:
      // Only an untyped caller gets here.
      return `there is no change of kind '${String((change as { kind: unknown }).kind)}'`;
  }
}

function serviceIdProblem(id: ServiceId): Problem {
  if (!isFwmark(id)) {
    const known = isOneOf(id.protocol, PROTOCOLS) || /^protocol-\d{1,3}$/.test(id.protocol);
    return (!known && `protocol '${id.protocol}' is none of ${PROTOCOLS.join(', ')}`) || endpointProblem(id);
  }
  return oneOf('family', id.family, FAMILIES) || number('fwmark', id.fwmark, 1, MAX_FWMARK);
}

function endpointProblem({ address, port }: DestinationId): Problem {
  return addressProblem('address', address) || number('port', port, 0, MAX_PORT);
}

function settingsProblem(service: Service): Problem {
  const { persistenceMask: mask } = service;
  const badMask =
    serviceFamily(service) === 'inet6'
      ? mask !== undefined && number('persistenceMask', mask, 0, MAX_MASK)
      : mask !== undefined && addressProblem('persistenceMask', mask, 'inet');
  return (
    name('scheduler', service.scheduler ?? '', MAX_SCHEDULER_NAME) ||
    service.schedulerFlags?.map((flag) => oneOf('schedulerFlags', flag, SCHEDULER_FLAGS)).find(Boolean) ||
    name('persistenceEngine', service.persistenceEngine ?? '', MAX_ENGINE_NAME) ||
    number('persistenceTimeout', service.persistenceTimeout ?? 0, 0, MAX_PERSISTENCE) ||
    badMask
  );
}

function destinationProblem(destination: Destination): Problem {
  const { tunnel } = destination;
  return (
    endpointProblem(destination) ||
    oneOf('forwarding', destination.forwarding ?? 'direct', FORWARDINGS) ||
    number('weight', destination.weight ?? 1, -MAX_WEIGHT - 1, MAX_WEIGHT) ||
    number('upperThreshold', destination.upperThreshold ?? 0, 0, MAX_THRESHOLD) ||
    number('lowerThreshold', destination.lowerThreshold ?? 0, 0, MAX_THRESHOLD) ||
    (tunnel &&
      (oneOf('tunnel.type', tunnel.type, TUNNEL_TYPES) ||
        number('tunnel.port', tunnel.port, 0, MAX_PORT) ||
        oneOf('tunnel.checksum', tunnel.checksum, TUNNEL_CHECKSUMS)))
  );
}

function daemonProblem(daemon: Daemon): Problem {
  return (
    oneOf('role', daemon.role, DAEMON_ROLES) ||
    name('interface', daemon.interface, MAX_INTERFACE_NAME) ||
    number('syncId', daemon.syncId ?? 0, 0, MAX_SYNC_ID) ||
    number('maxLength', daemon.maxLength ?? 0, 0, MAX_SYNC_LENGTH) ||
    number('port', daemon.port ?? 0, 0, MAX_PORT) ||
    number('ttl', daemon.ttl ?? 0, 0, MAX_TTL) ||
    (daemon.group !== undefined && addressProblem('group', daemon.group))
  );
}

function oneOf(field: string, value: unknown, allowed: readonly string[]): Problem {
  return !isOneOf(value, allowed) && `${field} must be one of ${allowed.join(', ')}, not '${String(value)}'`;
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return allowed.includes(value as string);
}

function number(field: string, value: unknown, least: number, most: number): Problem {
  const fits = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  return !fits && `${field} must be a whole number from ${least} to ${most}, not ${String(value)}`;
}

function name(field: string, value: unknown, longest: number): Problem {
  const fits = typeof value === 'string' && Buffer.byteLength(value) <= longest && !value.includes('\0');
  return !fits && `${field} must be text of at most ${longest} bytes, not '${String(value)}'`;
}

function addressProblem(field: string, value: unknown, family?: 'inet'): Problem {
  const parsed = typeof value === 'string' ? parseAddress(value) : undefined;
  const fits = parsed !== undefined && (family === undefined || familyOf(parsed) === family);
  return !fits && `${field} must be an ${family ? 'IPv4' : 'IP'} address, not '${String(value)}'`;
}
