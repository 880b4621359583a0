import type { Endpoint } from '../model/endpoint.ts';
import {
  defaultPersistenceMask,
  isPersistent,
  type Service,
  type ServiceStatus,
  serviceFamily,
} from '../model/service.ts';
import type { Names } from '../process/world.ts';
import {
  destinationIdWords,
  destinationWords,
  serviceIdWords,
  serviceSettingsWords,
} from '../syntax/ipvsadm/format.ts';
import type { TableText } from './listing/listing.ts';
import { endpointText, NUMERIC, portProtocol } from './listing/names.ts';
import { sortDestinations } from './listing/order.ts';

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
      const protocol = portProtocol(service);
      const endpoint = ({ address, port }: Endpoint) => endpointText(address, port, protocol, savedNames);
      const option = serviceIdWords(service, endpoint).join(' ');
      let text = `-A ${option} ${serviceSettingsWords(saved(service)).join(' ')}\n`;
      for (const destination of sortDestinations(service.destinations)) {
        const words = [...destinationIdWords(destination, endpoint), ...destinationWords(destination)];
        text += `-a ${option} ${words.join(' ')}\n`;
      }
      return text;
    },
  };
}

/** Like ipvsadm it saves the mask of a persistent service only, though the kernel keeps one for every service. */
function saved(service: ServiceStatus): Service {
  if (isPersistent(service)) return service;
  return { ...service, persistenceMask: defaultPersistenceMask(serviceFamily(service)) };
}

/** In a command line a host name stands for an IPv4 address, never for an IPv6 one. */
function readableNames(names: Names): Names {
  return {
    host: (address) => (address.includes(':') ? undefined : names.host(address)),
    port: (port, protocol) => names.port(port, protocol),
  };
}
