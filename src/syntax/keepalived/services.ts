import { type SchedulerFlag, schedulerFlagNames } from '../../model/scheduler.ts';
import {
  defaultPersistenceMask,
  type ServiceId,
  type ServiceSettings,
  serviceFamily,
} from '../../model/service.ts';
import type { WantedDestination, WantedService } from '../../plan/table/wanted.ts';
import type { Group } from './group.ts';
import type { RealServer, VirtualServer } from './server.ts';

const DEFAULT_SCHEDULER = 'wlc';

/** The services that keepalived makes of a virtual server: one, or one for each address and mark of its group. */
export function servicesOf(server: VirtualServer, group: Group | undefined): WantedService[] {
  return idsOf(server, group).map((id) => ({
    ...id,
    ...settingsOf(server, id, group !== undefined),
    destinations: server.servers.map((real) => destinationOf(real, id, group !== undefined)),
  }));
}

/** The server of last resort, as a destination of one of its services. */
export function fallbackOf(
  { fallback }: VirtualServer,
  id: ServiceId,
  isGroup: boolean,
): WantedDestination | undefined {
  return fallback && destinationOf(fallback, id, isGroup);
}

function idsOf(
  { at, family = 'inet', protocol = 'tcp' }: VirtualServer,
  group: Group | undefined,
): ServiceId[] {
  if (at.kind === 'address') return [{ protocol, address: at.address, port: at.port }];
  if (at.kind === 'fwmark') return [{ fwmark: at.fwmark, family }];
  return [
    ...(group?.addresses ?? []).map(({ address, port }) => ({ protocol, address, port })),
    ...(group?.marks ?? []).map((mark) => ({ fwmark: mark.fwmark, family: mark.family ?? family })),
  ];
}

function settingsOf(server: VirtualServer, id: ServiceId, isGroup: boolean): ServiceSettings {
  const scheduler = server.scheduler ?? DEFAULT_SCHEDULER;
  const isPersistent = server.persistenceTimeout > 0;
  const mask = isPersistent && !isGroup ? server.persistenceMask : undefined;
  return {
    scheduler,
    schedulerFlags: flagsOf(server.flags, scheduler),
    persistenceTimeout: server.persistenceTimeout,
    persistenceMask: mask ?? defaultPersistenceMask(serviceFamily(id)),
    persistenceEngine: isPersistent ? server.persistenceEngine : '',
    onePacket: server.onePacket,
  };
}

const FLAG_BITS: Readonly<Record<SchedulerFlag, 0 | 1 | 2>> = {
  'flag-1': 0,
  'flag-2': 1,
  'flag-3': 2,
  'sh-fallback': 0,
  'sh-port': 1,
  'mh-fallback': 0,
  'mh-port': 1,
};

/** Flags by the names that the scheduler has for them in the end, in the order of their bits. */
function flagsOf(flags: ReadonlySet<SchedulerFlag>, scheduler: string): SchedulerFlag[] {
  const names = schedulerFlagNames(scheduler);
  const bits = new Set([...flags].map((flag) => FLAG_BITS[flag]));
  return [...bits].sort().map((bit) => names[bit]);
}

function destinationOf(real: RealServer, id: ServiceId, isGroup: boolean): WantedDestination {
  const { forwarding, tunnel } = real.forwarding!;
  const servicePort = 'port' in id ? id.port : 0;
  const port = isGroup && forwarding !== 'masquerade' ? servicePort : real.port;
  return {
    address: real.address,
    port,
    forwarding,
    weight: real.weight ?? 1,
    upperThreshold: real.upperThreshold,
    lowerThreshold: real.lowerThreshold,
    tunnel,
  };
}
