import type { Facts } from '../../model/facts.ts';
import { DEFAULT_SCHEDULER, type SchedulerFlag } from '../../model/scheduler.ts';
import { formatServiceId, isFwmark, isPersistent } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';
import type { Observation, Rule } from './rule.ts';
import { editService, putDestination, serviceWords } from './words.ts';

/** Whether new connections find a real server. */
export const SCHEDULING_RULES: readonly Rule[] = [
  { name: 'no-destination', about: 'a service without real servers', find: noDestination },
  { name: 'no-weight', about: 'a service whose real servers all have weight 0', find: noWeight },
  { name: 'scheduler-missing', about: 'a scheduler that this kernel has no module of', find: missing },
  { name: 'no-scheduler', about: 'a service without a scheduler', find: noScheduler },
  {
    name: 'hash-without-fallback',
    about: 'a hashing scheduler that refuses the share of a drained real server',
    find: hashWithoutFallback,
  },
  {
    name: 'udp-sticks',
    about: 'UDP clients that stay with a real server though each datagram stands for itself',
    find: udpSticks,
  },
];

function noDestination({ table }: Facts): Observation[] {
  return (table?.services ?? [])
    .filter(({ destinations }) => destinations.length === 0)
    .map((service) => ({
      severity: 'warning',
      subject: formatServiceId(service),
      seen: 'it has no real server',
      why: 'its connections are refused',
      fix: [],
      advice: `lvsadm -a ${serviceWords(service)} -r ADDRESS:PORT, or lvsadm -D ${serviceWords(service)}`,
    }));
}

function noWeight({ table }: Facts): Observation[] {
  return (table?.services ?? [])
    .filter(({ destinations }) => destinations.length > 0 && destinations.every(({ weight }) => weight === 0))
    .map((service) => ({
      severity: 'error',
      subject: formatServiceId(service),
      seen:
        service.destinations.length === 1
          ? 'its only real server has weight 0'
          : `all of its ${service.destinations.length} real servers have weight 0`,
      why: 'a real server of weight 0 gets no new connections, so all are refused',
      fix: service.destinations.map((destination) =>
        putDestination('-e', { service, destination }, { weight: 1 }),
      ),
    }));
}

/** In a document, that is: the kernel's own table has no such service. */
function missing({ table, modules }: Facts): Observation[] {
  const present = [...modules]
    .filter(([, state]) => state === 'loaded' || state === 'available')
    .map(([name]) => name.slice(6));
  return (table?.services ?? [])
    .filter(({ scheduler }) => scheduler !== 'none' && modules.get(`ip_vs_${scheduler}`) === 'missing')
    .map((service) => ({
      severity: 'error',
      subject: formatServiceId(service),
      seen: `its scheduler is ${service.scheduler}, and there is no module ip_vs_${service.scheduler} for this kernel`,
      why: 'the kernel refuses the service',
      fix: [],
      advice: `take one of ${present.join(', ')}; or a kernel that has it (in a container, load the module on the host)`,
    }));
}

/** The kernel lets a service be without one. */
function noScheduler({ table }: Facts): Observation[] {
  return (table?.services ?? [])
    .filter(({ scheduler }) => scheduler === 'none')
    .map((service) => ({
      severity: 'error',
      subject: formatServiceId(service),
      seen: 'its scheduler is `none`',
      why: 'nothing chooses a real server, so new connections are refused',
      fix: [editService(service, { scheduler: DEFAULT_SCHEDULER, schedulerFlags: [] })],
    }));
}

const FALLBACK: Readonly<Record<string, SchedulerFlag>> = { sh: 'sh-fallback', mh: 'mh-fallback' };

function hashWithoutFallback({ table }: Facts): Observation[] {
  return (table?.services ?? []).flatMap((service): Observation[] => {
    const { scheduler, schedulerFlags, destinations } = service;
    const flag = FALLBACK[scheduler];
    const drained = destinations.filter(({ weight }) => weight === 0).length;
    if (flag === undefined || schedulerFlags.includes(flag)) return [];
    if (drained === 0 || drained === destinations.length) return [];
    return [
      {
        severity: 'warning',
        subject: formatServiceId(service),
        seen: `its scheduler is ${scheduler} without ${flag}, and ${drained} of its ${destinations.length} real servers ${drained === 1 ? 'has' : 'have'} weight 0`,
        why: 'clients whose hash falls on a real server that was drained are refused, not sent to another',
        fix: [editService(service, { schedulerFlags: [...schedulerFlags, flag] })],
      },
    ];
  });
}

/** Ports of protocols in which a datagram is a question of its own: DNS, NTP, SNMP traps, syslog, RADIUS. */
const ONE_QUESTION = [53, 123, 162, 514, 1645, 1646, 1812, 1813];
/** Datagrams per "connection" from which on few clients send most of them. */
const MANY = 100n;
/** A shorter time than this, in seconds, does little harm. */
const SHORT = 30;

function udpSticks({ table }: Facts): Observation[] {
  if (!table || table.timeouts.udp <= SHORT) return [];
  return table.services.filter(isSticky).map((service) => {
    const masquerades = service.destinations.some(({ forwarding }) => forwarding === 'masquerade');
    return {
      severity: 'hint',
      subject: formatServiceId(service),
      seen: `datagrams from one port of a client go to one real server until there was none for ${table.timeouts.udp} s`,
      why: 'a client that keeps its port, as resolvers and relays do, loads one real server only, and stays with one that has failed or is drained',
      fix: [masquerades ? 'lvsadm --set 0 0 10' : editService(service, { onePacket: true })],
      ...(masquerades
        ? { advice: 'this holds for all UDP services; one by one (-o) cannot be had with NAT' }
        : {}),
    };
  });
}

function isSticky(service: ServiceTable): boolean {
  const { onePacket, destinations, counters } = service;
  if (isFwmark(service) || service.protocol !== 'udp' || onePacket || isPersistent(service)) return false;
  if (destinations.length < 2) return false;
  const { connections, incomingPackets } = counters;
  return ONE_QUESTION.includes(service.port) || (connections > 0n && incomingPackets >= MANY * connections);
}
