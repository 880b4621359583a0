import type { Protocol } from '../../model/protocol.ts';
import { isFwmark, isPersistent, type ServiceId, type ServiceSettings } from '../../model/service.ts';
import type { Names } from '../../process/world.ts';
import { narrowedMask } from '../../syntax/ipvsadm/format.ts';
import { endpointText, portProtocol } from './names.ts';

/** What a listing calls a service, in its first column: `TCP  10.0.0.1:80`, `FWM  7 IPv6`. */
export function serviceTitle(service: ServiceId, names: Names): string {
  if (isFwmark(service)) return `FWM  ${service.fwmark}${service.family === 'inet6' ? ' IPv6' : ''}`;
  const { address, port, protocol } = service;
  return `${protocolTitle(protocol)} ${endpointText(address, port, portProtocol(service), names)}`;
}

/** What a listing says of a service after its title, when it has no counters to show there. */
export function serviceSettingsText(service: ServiceId & ServiceSettings): string {
  const flags = service.schedulerFlags.length > 0 ? ` (${service.schedulerFlags.join(',')})` : '';
  return `${service.scheduler}${flags}${persistenceText(service)}${service.onePacket ? ' ops' : ''}`;
}

function persistenceText(service: ServiceId & ServiceSettings): string {
  if (!isPersistent(service)) return '';
  const mask = narrowedMask(service);
  const maskText = mask === undefined ? '' : ` mask ${mask}`;
  const engineText = service.persistenceEngine === '' ? '' : ` pe ${service.persistenceEngine}`;
  return ` persistent ${service.persistenceTimeout}${maskText}${engineText}`;
}

function protocolTitle(protocol: Protocol): string {
  return protocol.toUpperCase().padEnd(4);
}
