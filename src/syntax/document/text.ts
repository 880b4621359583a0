import type { Daemon } from '../../model/daemon.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import { defaultPersistenceMask, isFwmark, serviceFamily } from '../../model/service.ts';
import type { Wanted, WantedDestination, WantedService } from '../../plan/table/wanted.ts';
import { BEGINNING, END } from './cut.ts';
import { formatYaml } from './yaml.ts';

/** A document as YAML. `readDocuments` reads it back to the same value. */
export function formatDocument(wanted: Wanted): string {
  return formatYaml(documentOf(wanted));
}

/** The same with a mark at its end, so that `readDocuments` refuses what was cut off before it. */
export function formatExport(wanted: Wanted): string {
  return `${BEGINNING}\n${formatDocument(wanted)}${END}\n`;
}

/** A document as a plain value, for JSON: nothing that differs from a default is left out. */
export function documentOf({ timeouts, daemons, services }: Wanted): object {
  return { timeouts: { ...timeouts }, daemons: daemons.map(daemonOf), services: services.map(serviceOf) };
}

function daemonOf({ role, interface: device, ...settings }: Daemon): object {
  return { role, interface: device, ...settings };
}

function serviceOf(service: WantedService): object {
  const { scheduler, schedulerFlags, onePacket, destinations } = service;
  return {
    ...(isFwmark(service)
      ? { fwmark: service.fwmark, family: service.family }
      : { address: formatEndpoint(service), protocol: service.protocol }),
    scheduler,
    ...(schedulerFlags.length > 0 && { schedulerFlags }),
    ...persistenceOf(service),
    ...(onePacket && { onePacket }),
    destinations: destinations.map(destinationOf),
  };
}

/** The kernel keeps mask and engine also while there is no persistence, so they are told then, too. */
function persistenceOf(service: WantedService): object {
  const { persistenceTimeout: timeout, persistenceMask, persistenceEngine } = service;
  const mask =
    persistenceMask === defaultPersistenceMask(serviceFamily(service)) ? {} : { mask: persistenceMask };
  const engine = persistenceEngine === '' ? {} : { engine: persistenceEngine };
  const more = {
    ...(service.persistentWithoutTimeout && { withoutTimeout: true }),
    ...mask,
    ...engine,
  };
  if (Object.keys(more).length > 0) return { persistence: { timeout, ...more } };
  return timeout === 0 ? {} : { persistence: timeout };
}

function destinationOf(destination: WantedDestination): object {
  const { forwarding, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const { type, port, checksum } = tunnel;
  const plain = type === 'ipip' && port === 0 && checksum === 'none';
  return {
    address: formatEndpoint(destination),
    forwarding,
    weight,
    ...(upperThreshold !== 0 && { upperThreshold }),
    ...(lowerThreshold !== 0 && { lowerThreshold }),
    ...(!plain && {
      tunnel: { type, ...(port !== 0 && { port }), ...(checksum !== 'none' && { checksum }) },
    }),
  };
}
