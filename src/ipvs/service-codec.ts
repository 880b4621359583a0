import { type Family, formatAddress, formatInetNumber, inetNumber } from '../model/address.ts';
import type { Protocol } from '../model/protocol.ts';
import { DEFAULT_SCHEDULER, type SchedulerFlag, schedulerFlagNames } from '../model/scheduler.ts';
import {
  defaultPersistenceMask,
  isFwmark,
  isPersistent,
  type Service,
  type ServiceId,
  type ServiceStatus,
  serviceFamily,
} from '../model/service.ts';
import * as C from './constants.ts';
import { decodeCounters } from './counters-codec.ts';
import type { ServiceValues } from './layout.ts';
import { encodeAddress, FAMILY_NUMBERS, FAMILY_OF, mirror, missingIdentity } from './numbers.ts';

const PROTOCOL_NUMBERS = { tcp: C.IPPROTO_TCP, udp: C.IPPROTO_UDP, sctp: C.IPPROTO_SCTP } as const;
const PROTOCOL_OF = mirror(PROTOCOL_NUMBERS);
const NO_FLAGS: readonly SchedulerFlag[] = Object.freeze([]);
const SCHEDULER_BITS = [C.SVC_F_SCHED1, C.SVC_F_SCHED2, C.SVC_F_SCHED3] as const;

/** Number of an IP protocol. */
function encodeProtocol(protocol: Protocol): number {
  return protocol in PROTOCOL_NUMBERS
    ? PROTOCOL_NUMBERS[protocol as keyof typeof PROTOCOL_NUMBERS]
    : Number(protocol.slice('protocol-'.length));
}

function decodeProtocol(number: number): Protocol {
  return PROTOCOL_OF.get(number) ?? `protocol-${number}`;
}

/** The attributes that tell which service is meant. */
export function encodeServiceId(id: ServiceId): ServiceValues {
  const family = FAMILY_NUMBERS[serviceFamily(id)];
  if (isFwmark(id)) return { family, fwmark: id.fwmark };
  return { family, protocol: encodeProtocol(id.protocol), address: encodeAddress(id.address), port: id.port };
}

/** All attributes of a service; a setting that is left out has its default. */
export function encodeService(service: Service): ServiceValues {
  const timeout = service.persistenceTimeout ?? 0;
  const values = encodeServiceId(service);
  values.scheduler = service.scheduler ?? DEFAULT_SCHEDULER;
  // The kernel takes a missing name for "no engine".
  if (service.persistenceEngine) values.engine = service.persistenceEngine;
  values.flags =
    (isPersistent(service) ? C.SVC_F_PERSISTENT : 0) |
    (service.onePacket ? C.SVC_F_ONEPACKET : 0) |
    encodeSchedulerFlags(service.schedulerFlags ?? []);
  values.timeout = timeout;
  values.netmask = encodeMask(service.persistenceMask ?? defaultPersistenceMask(serviceFamily(service)));
  return values;
}

/** An IPv4 mask goes as its four bytes, an IPv6 prefix length as a number. */
function encodeMask(mask: string | number): number {
  if (typeof mask === 'number') return mask;
  const bits = inetNumber(mask);
  if (bits < 0) throw new RangeError(`not an IPv4 mask: '${mask}'`);
  return swapBytes(bits);
}

function decodeMask(netmask: number, family: Family): string | number {
  if (family === 'inet6') return netmask;
  // Nearly every service has this one: ten thousand need not each keep a text of their own.
  return netmask === 0xffffffff ? defaultPersistenceMask(family) : formatInetNumber(swapBytes(netmask));
}

/** The 32 bits with their bytes the other way round: the kernel takes a number of this machine for an address. */
function swapBytes(bits: number): number {
  return ((bits >>> 24) | ((bits >>> 8) & 0xff00) | ((bits << 8) & 0xff0000) | (bits << 24)) >>> 0;
}

function encodeSchedulerFlags(flags: readonly SchedulerFlag[]): number {
  let bits = 0;
  for (const flag of flags) bits |= SCHEDULER_BITS[schedulerFlagIndex(flag)]!;
  return bits;
}

function schedulerFlagIndex(flag: SchedulerFlag): 0 | 1 | 2 {
  switch (flag) {
    case 'flag-1':
    case 'sh-fallback':
    case 'mh-fallback':
      return 0;
    case 'flag-2':
    case 'sh-port':
    case 'mh-port':
      return 1;
    case 'flag-3':
      return 2;
  }
}

function decodeSchedulerFlags(scheduler: string, bits: number): readonly SchedulerFlag[] {
  if (!(bits & (C.SVC_F_SCHED1 | C.SVC_F_SCHED2 | C.SVC_F_SCHED3))) return NO_FLAGS;
  return schedulerFlagNames(scheduler).filter((_, index) => bits & SCHEDULER_BITS[index]!);
}

/** Reads a service that the kernel lists. Throws a `malformed` NetlinkError when its identity is missing. */
export function decodeService(values: ServiceValues): ServiceStatus {
  const family = FAMILY_OF.get(values.family ?? FAMILY_NUMBERS.inet) ?? 'inet';
  const { flags = 0, scheduler = '', timeout = 0 } = values;
  const persistent = (flags & C.SVC_F_PERSISTENT) !== 0;
  return Object.assign(decodeServiceId(values, family), {
    scheduler,
    schedulerFlags: decodeSchedulerFlags(scheduler, flags),
    persistenceTimeout: persistent ? timeout : 0,
    ...(persistent && timeout === 0 && { persistentWithoutTimeout: true }),
    persistenceMask:
      values.netmask === undefined ? defaultPersistenceMask(family) : decodeMask(values.netmask, family),
    persistenceEngine: values.engine ?? '',
    onePacket: (flags & C.SVC_F_ONEPACKET) !== 0,
    counters: decodeCounters(values),
  });
}

function decodeServiceId({ fwmark, protocol, address, port }: ServiceValues, family: Family): ServiceId {
  if (fwmark) return { fwmark, family };
  if (protocol === undefined || address === undefined || port === undefined) throw missingIdentity('service');
  return {
    protocol: decodeProtocol(protocol),
    address: formatAddress(address.bytes, address.start, family),
    port,
  };
}
