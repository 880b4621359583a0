import { type Change, formatChange } from '../model/change.ts';
import { knownByName } from '../model/known-by-name.ts';
import { formatServiceId, type ServiceId } from '../model/service.ts';
import { NetlinkError, type NetlinkFailure } from '../netlink/errors.ts';

/** A question to the kernel, where a `Change` is an order. */
export type Query =
  | { readonly kind: 'open' }
  | { readonly kind: 'get-info' }
  | { readonly kind: 'list-services' }
  | { readonly kind: 'get-service'; readonly service: ServiceId }
  | { readonly kind: 'list-destinations'; readonly service: ServiceId }
  | { readonly kind: 'list-daemons' }
  | { readonly kind: 'get-timeouts' };

export type Operation = Change | Query;

/**
 * What IPVS, or the way to it, refused. The fields say it to programs, `message` says all of it to a person: what
 * was tried, on what, why it failed, and what to do where there is something to do.
 */
export class IpvsError extends Error {
  override readonly name = 'IpvsError';
  static override readonly [Symbol.hasInstance] = knownByName('IpvsError');

  readonly operation: Operation;
  /** How it failed: `refused` by the kernel with an errno, or the way there and back (`timeout`, `no-family` …). */
  readonly failure: NetlinkFailure;
  /** Name of the kernel's errno, such as `ESRCH`; empty where there is none. */
  readonly code: string;
  /** Number of the kernel's errno; 0 where there is none. */
  readonly errno: number;
  /** What the failure means for this operation, in plain words. */
  readonly meaning: string;

  constructor(operation: Operation, error: NetlinkError) {
    const meaning = explain(operation, error);
    const code = error.code ? ` (${error.code})` : '';
    super(`cannot ${formatOperation(operation)}: ${meaning}${code}.`, { cause: error });
    this.operation = operation;
    this.failure = error.failure;
    this.code = error.code;
    this.errno = error.errno;
    this.meaning = meaning;
  }

  /** The change that failed, where it was a change. */
  get change(): Change | undefined {
    return isQuery(this.operation) ? undefined : this.operation;
  }
}

/** Runs `task`, and gives every NetlinkError that comes out of it its meaning for `operation`. */
export async function explained<T>(operation: Operation, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw meant(operation, error);
  }
}

/** A NetlinkError with its meaning for `operation`; any other error as it is. */
export function meant(operation: Operation, error: unknown): unknown {
  return error instanceof NetlinkError ? new IpvsError(operation, error) : error;
}

function isQuery(operation: Operation): operation is Query {
  return operation.kind === 'open' || operation.kind.startsWith('get-') || operation.kind.startsWith('list-');
}

function formatOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'open':
      return 'reach IPVS';
    case 'get-info':
      return 'ask for the version of IPVS';
    case 'list-services':
      return 'list the services';
    case 'get-service':
      return `read service ${formatServiceId(operation.service)}`;
    case 'list-destinations':
      return `list the destinations of ${formatServiceId(operation.service)}`;
    case 'list-daemons':
      return 'list the sync daemons';
    case 'get-timeouts':
      return 'read the connection timeouts';
    default:
      return formatChange(operation);
  }
}

function explain(operation: Operation, error: NetlinkError): string {
  switch (error.failure) {
    case 'no-family':
      return 'the kernel has no IPVS: module ip_vs is not loaded and was not loaded on demand; load it with `modprobe ip_vs`, on the host if this is a container';
    case 'refused':
      return explainErrno(operation, error.code) ?? error.message;
    default:
      return error.message;
  }
}

/** The kernel's reasons, after net/netfilter/ipvs/ip_vs_ctl.c and ip_vs_sync.c. */
function explainErrno(operation: Operation, code: string): string | undefined {
  switch (code) {
    case 'EPERM':
      return 'this needs the capability CAP_NET_ADMIN: run it as root, and in a container grant NET_ADMIN (a user namespace of its own does not count)';
    case 'ESRCH':
      return operation.kind === 'stop-daemon' ? 'no such sync daemon is running' : 'there is no such service';
    case 'EEXIST':
      switch (operation.kind) {
        case 'add-destination':
          return 'the service has this destination already';
        case 'start-daemon':
          return 'a sync daemon of this role is running already';
        default:
          return 'the service exists already';
      }
    case 'ENOENT':
      return operation.kind === 'add-service' || operation.kind === 'set-service'
        ? 'the scheduler or the persistence engine does not exist, and the kernel found no module for it (ip_vs_NAME, ip_vs_pe_NAME)'
        : 'the service has no such destination';
    case 'ERANGE':
      return 'a number is out of range: the lower threshold may not exceed the upper one, and a weight may not be negative';
    case 'ENODEV':
      return 'there is no such network interface';
    case 'EINVAL':
      return explainInvalid(operation);
    case 'EAFNOSUPPORT':
      return 'this kernel does not support the address family';
    case 'ENOPROTOOPT':
    case 'EOPNOTSUPP':
      return 'this kernel does not support it';
    case 'ENOMEM':
      return 'the kernel is out of memory';
    default:
      return undefined;
  }
}

function explainInvalid(operation: Operation): string {
  switch (operation.kind) {
    case 'add-destination':
    case 'set-destination':
      return 'the kernel finds it invalid: the address must be unicast and not link-local, GUE needs a port, and another address family than the service’s needs tunnelling and no running sync daemon';
    case 'add-service':
    case 'set-service':
      return 'the kernel finds it invalid: an IPv6 persistence mask is a prefix length from 1 to 128, and not every scheduler or engine goes with every service';
    case 'start-daemon':
      return 'the kernel finds it invalid: there may be no destination of another address family than its service’s, and the multicast group must fit the interface';
    default:
      return 'the kernel finds it invalid';
  }
}
