import { familyOf, parseAddress } from '../model/address.ts';
import { type Change, formatChange } from '../model/change.ts';
import type { Daemon } from '../model/daemon.ts';
import type { Destination, DestinationId } from '../model/destination.ts';
import { isFwmark, type Service, type ServiceId, serviceFamily } from '../model/service.ts';

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

const PROTOCOLS = ['tcp', 'udp', 'sctp'];
const FAMILIES = ['inet', 'inet6'];
const FORWARDINGS = ['masquerade', 'direct', 'tunnel', 'local', 'bypass'];
const TUNNELS = ['ipip', 'gue', 'gre'];
const CHECKSUMS = ['none', 'full', 'remote'];
const ROLES = ['master', 'backup'];
const SCHEDULER_FLAGS = ['flag-1', 'flag-2', 'flag-3', 'sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'];

const U16 = 0xffff;
const U31 = 0x7fffffff;
const U32 = 0xffffffff;

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
      return number('tcp', tcp, 0, U31) || number('tcpFin', tcpFin, 0, U31) || number('udp', udp, 0, U31);
    }
    case 'start-daemon':
      return daemonProblem(change.daemon);
    case 'stop-daemon':
      return oneOf('role', change.role, ROLES) || number('syncId', change.syncId ?? 0, 0, 255);
    case 'flush':
      return undefined;
    default:
      // Only an untyped caller gets here.
      return `there is no change of kind '${String((change as { kind: unknown }).kind)}'`;
  }
}

function serviceIdProblem(id: ServiceId): Problem {
  if (!isFwmark(id)) {
    const known = PROTOCOLS.includes(id.protocol) || /^protocol-\d{1,3}$/.test(id.protocol);
    return (!known && `protocol '${id.protocol}' is none of tcp, udp, sctp`) || endpointProblem(id);
  }
  return oneOf('family', id.family, FAMILIES) || number('fwmark', id.fwmark, 1, U32);
}

function endpointProblem({ address, port }: DestinationId): Problem {
  return addressProblem('address', address) || number('port', port, 0, U16);
}

function settingsProblem(service: Service): Problem {
  const { persistenceMask: mask } = service;
  const badMask =
    serviceFamily(service) === 'inet6'
      ? mask !== undefined && number('persistenceMask', mask, 0, U32)
      : mask !== undefined && addressProblem('persistenceMask', mask, 'inet');
  return (
    name('scheduler', service.scheduler ?? '', 15) ||
    service.schedulerFlags?.map((flag) => oneOf('schedulerFlags', flag, SCHEDULER_FLAGS)).find(Boolean) ||
    name('persistenceEngine', service.persistenceEngine ?? '', 16) ||
    number('persistenceTimeout', service.persistenceTimeout ?? 0, 0, U32) ||
    badMask
  );
}

function destinationProblem(destination: Destination): Problem {
  const { tunnel } = destination;
  return (
    endpointProblem(destination) ||
    oneOf('forwarding', destination.forwarding ?? 'direct', FORWARDINGS) ||
    number('weight', destination.weight ?? 1, -U31 - 1, U31) ||
    number('upperThreshold', destination.upperThreshold ?? 0, 0, U32) ||
    number('lowerThreshold', destination.lowerThreshold ?? 0, 0, U32) ||
    (tunnel &&
      (oneOf('tunnel.type', tunnel.type, TUNNELS) ||
        number('tunnel.port', tunnel.port, 0, U16) ||
        oneOf('tunnel.checksum', tunnel.checksum, CHECKSUMS)))
  );
}

function daemonProblem(daemon: Daemon): Problem {
  return (
    oneOf('role', daemon.role, ROLES) ||
    name('interface', daemon.interface, 15) ||
    number('syncId', daemon.syncId ?? 0, 0, 255) ||
    number('maxLength', daemon.maxLength ?? 0, 0, U16) ||
    number('port', daemon.port ?? 0, 0, U16) ||
    number('ttl', daemon.ttl ?? 0, 0, 255) ||
    (daemon.group !== undefined && addressProblem('group', daemon.group))
  );
}

function oneOf(field: string, value: unknown, allowed: readonly string[]): Problem {
  return (
    !allowed.includes(value as string) &&
    `${field} must be one of ${allowed.join(', ')}, not '${String(value)}'`
  );
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
