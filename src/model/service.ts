import { type Family, familyOf } from './address.ts';
import type { Counters } from './counters.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';
import type { Protocol } from './protocol.ts';
import type { SchedulerFlag } from './scheduler.ts';

export const MAX_FWMARK = 2 ** 32 - 1;
/** The longest persistence that the kernel's interface has a place for, in seconds. */
export const MAX_PERSISTENCE = 2 ** 32 - 1;
/** Longest names in bytes: IP_VS_SCHEDNAME_MAXLEN and IP_VS_PENAME_MAXLEN of include/uapi/linux/ip_vs.h. */
export const MAX_SCHEDULER_NAME = 15;
export const MAX_ENGINE_NAME = 16;

/** A virtual service found by address: the packets to one protocol, address and port. Port 0 means every port. */
export interface AddressServiceId extends Endpoint {
  readonly protocol: Protocol;
}

/** A virtual service found by firewall mark (1 … 2³²−1): the packets of one family that carry the mark. */
export interface FwmarkServiceId {
  readonly fwmark: number;
  readonly family: Family;
}

/** What tells one virtual service from another. */
export type ServiceId = AddressServiceId | FwmarkServiceId;

/** How a virtual service works: everything about it that can be edited. */
export interface ServiceSettings {
  /** Scheduler name, at most 15 bytes. */
  readonly scheduler: string;
  /** Scheduler flags that are on, by the scheduler's own names where it has them. */
  readonly schedulerFlags: readonly SchedulerFlag[];
  /** Seconds that a client stays with its destination; 0 when the service is not persistent. */
  readonly persistenceTimeout: number;
  /**
   * Persistent all the same, though the timeout is 0: clients stay for as long as they have connections. No command of
   * ipvsadm makes such a service, but the kernel has a flag apart from the timeout, and other programs set it.
   */
  readonly persistentWithoutTimeout?: boolean;
  /**
   * The part of a client's address that persistence looks at: for IPv4 a mask in dotted form (`255.255.255.0`), for
   * IPv6 a prefix length (1 … 128). Kept by the kernel also while the service is not persistent.
   */
  readonly persistenceMask: string | number;
  /** Persistence engine (`sip`), or an empty string for none. At most 16 bytes. */
  readonly persistenceEngine: string;
  /** One-packet scheduling: every datagram is scheduled anew. For UDP and firewall marks. */
  readonly onePacket: boolean;
}

/** A virtual service as one wants it: its identity, and the settings that differ from the defaults. */
export type Service = ServiceId & Partial<ServiceSettings>;

/** A virtual service as the kernel reports it. */
export type ServiceStatus = ServiceId & ServiceSettings & { readonly counters: Counters };

/** Whether the service's clients stay with their destination. */
export function isPersistent(
  service: Partial<Pick<ServiceSettings, 'persistenceTimeout' | 'persistentWithoutTimeout'>>,
): boolean {
  return (service.persistenceTimeout ?? 0) > 0 || service.persistentWithoutTimeout === true;
}

/** Whether a service is found by firewall mark. */
export function isFwmark<T extends ServiceId>(id: T): id is Extract<T, FwmarkServiceId> {
  return 'fwmark' in id;
}

/** The family of the packets that a service takes. */
export function serviceFamily(id: ServiceId): Family {
  return isFwmark(id) ? id.family : familyOf(id.address);
}

/** The mask under which every client is its own: the whole address counts. */
export function defaultPersistenceMask(family: Family): string | number {
  return family === 'inet' ? '255.255.255.255' : 128;
}

/** One line that names a service to a person: `tcp 10.0.0.1:80`, `tcp [2001:db8::1]:80`, `fwmark 7 (IPv6)`. */
export function formatServiceId(id: ServiceId): string {
  if (isFwmark(id)) return `fwmark ${id.fwmark}${id.family === 'inet6' ? ' (IPv6)' : ''}`;
  return `${id.protocol} ${formatEndpoint(id)}`;
}

/**
 * What tells one service from another in journals, in nftables and in marks: `tcp 10.0.0.1:80`, `fwmark 7 (IPv6)`. It is
 * never worded anew, as what runs and what is on disk has it.
 */
export function serviceKey(id: ServiceId): string {
  if (isFwmark(id)) return `fwmark ${id.fwmark}${id.family === 'inet6' ? ' (IPv6)' : ''}`;
  return `${id.protocol} ${formatEndpoint(id)}`;
}
