import type { DestinationStatus, Forwarding, Tunnel } from '../model/destination.ts';
import type { Protocol } from '../model/protocol.ts';
import { isFwmark, type ServiceId, type ServiceSettings } from '../model/service.ts';
import type { Names } from '../process/world.ts';
import type { TableText } from './listing/listing.ts';
import { endpointText, NUMERIC, portProtocol } from './listing/names.ts';
import { sortDestinations } from './listing/order.ts';
import { narrowedMask } from './listing/service-text.ts';

/**
 * The option `-S`: the command lines that make the table anew, in ipvsadm's order and spelling. As with ipvsadm,
 * thresholds are not among them. Where ipvsadm writes a line that neither tool can read back (a mark of 2³¹ or more,
 * the name of an IPv6 host, a name too long for its port, the third flag of `sh` and `mh`) this writes one that can.
 */
export function saveText({ numeric }: { readonly numeric: boolean }, names: Names): TableText {
  const savedNames = numeric ? NUMERIC : readableNames(names);
  return {
    header: '',
    service(service) {
      const option = serviceOption(service, savedNames);
      const protocol = portProtocol(service);
      let text = `-A ${option} ${serviceSettings(service)}\n`;
      for (const destination of sortDestinations(service.destinations)) {
        const server = endpointText(destination.address, destination.port, protocol, savedNames);
        text += `-a ${option} -r ${server} ${destinationSettings(destination)}\n`;
      }
      return text;
    },
  };
}

/** In a command line a host name stands for an IPv4 address, never for an IPv6 one. */
function readableNames(names: Names): Names {
  return {
    host: (address) => (address.includes(':') ? undefined : names.host(address)),
    port: (port, protocol) => names.port(port, protocol),
  };
}

function serviceOption(service: ServiceId, names: Names): string {
  if (isFwmark(service)) return `-f ${service.fwmark}${service.family === 'inet6' ? ' -6' : ''}`;
  const { address, port, protocol } = service;
  return `${protocolOption(protocol)} ${endpointText(address, port, protocol, names)}`;
}

function protocolOption(protocol: Protocol): string {
  switch (protocol) {
    case 'tcp':
      return '-t';
    case 'udp':
      return '-u';
    default:
      return `--${protocol}-service`;
  }
}

function serviceSettings(service: ServiceSettings): string {
  const words = [`-s ${service.scheduler}`];
  if (service.persistenceTimeout > 0) {
    words.push(`-p ${service.persistenceTimeout}`);
    const mask = narrowedMask(service);
    if (mask !== undefined) words.push(`-M ${mask}`);
  }
  if (service.persistenceEngine !== '') words.push(`--pe ${service.persistenceEngine}`);
  if (service.onePacket) words.push('-o');
  if (service.schedulerFlags.length > 0) words.push(`-b ${service.schedulerFlags.join(',')}`);
  return words.join(' ');
}

/** ipvsadm has no option for `local` and `bypass`; it saves the default in their place. */
const FORWARDING_OPTION: Record<Forwarding, string> = {
  masquerade: '-m',
  tunnel: '-i',
  direct: '-g',
  local: '-g',
  bypass: '-g',
};

function destinationSettings({ forwarding, weight, tunnel }: DestinationStatus): string {
  const words = `${FORWARDING_OPTION[forwarding]} -w ${weight}`;
  return forwarding === 'tunnel' ? `${words} ${tunnelSettings(tunnel)}` : words;
}

const CHECKSUM_OPTION: Record<Tunnel['checksum'], string> = {
  none: '--tun-nocsum',
  full: '--tun-csum',
  remote: '--tun-remcsum',
};

function tunnelSettings({ type, port, checksum }: Tunnel): string {
  const typed = `--tun-type ${type}`;
  switch (type) {
    case 'ipip':
      return typed;
    case 'gue':
      return `${typed} --tun-port ${port} ${CHECKSUM_OPTION[checksum]}`;
    case 'gre':
      return `${typed} ${CHECKSUM_OPTION[checksum]}`;
  }
}
