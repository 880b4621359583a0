import type { Facts } from '../../model/facts.ts';
import { formatServiceId } from '../../model/service.ts';
import type { Observation, Rule } from './rule.ts';
import { putDestination, serviceWords } from './words.ts';

/** Whether new connections find a real server. */
export const SCHEDULING_RULES: readonly Rule[] = [
  { name: 'no-destination', about: 'a service without real servers', find: noDestination },
  { name: 'no-weight', about: 'a service whose real servers all have weight 0', find: noWeight },
];

function noDestination({ table }: Facts): Observation[] {
  return (table?.services ?? [])
    .filter(({ destinations }) => destinations.length === 0)
    .map((service) => ({
      severity: 'warning',
      subject: formatServiceId(service),
      seen: 'it has no real server',
      why: 'its connections are refused',
      mend: [],
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
      mend: service.destinations.map((destination) =>
        putDestination('-e', { service, destination }, { weight: 1 }),
      ),
    }));
}
