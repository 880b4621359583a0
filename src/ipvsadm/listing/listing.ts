import { formatServiceId, type ServiceId } from '../../model/service.ts';
import type { Info, ServiceTable } from '../../model/table.ts';
import type { Names } from '../../process/world.ts';
import type { ListingStyle } from '../../syntax/ipvsadm/command.ts';
import { columnsOf } from './columns.ts';
import { endpointText, NUMERIC, portProtocol } from './names.ts';
import { sortDestinations } from './order.ts';
import { pad } from './pad.ts';
import { serviceSettingsText, serviceTitle } from './service-text.ts';

/** What stands above a listing, and in it beside the services. */
export interface ListingFrame {
  /** What the kernel says of itself, when the whole table is listed. */
  readonly info?: Info;
  /** Local addresses of FULLNAT services, by `formatServiceId`; only when they are asked for. */
  readonly localAddresses?: ReadonlyMap<string, string>;
}

/** How a table is written down: what comes first, and then each service with its destinations. */
export interface TableText {
  readonly header: string;
  service(service: ServiceTable): string;
}

/**
 * The option `-L`, byte for byte as ipvsadm 1.31 prints it, save that a long name is never cut (ipvsadm cuts it in
 * the middle, and its port with it) and that a destination's counters are shown in all their 64 bits.
 */
export function listingText(
  { info, localAddresses }: ListingFrame,
  style: ListingStyle,
  names: Names,
): TableText {
  const shownNames = style.numeric ? NUMERIC : names;
  const columns = columnsOf(style);
  return {
    header: `${info ? renderVersion(info) : ''}${columns.header}`,
    service(service) {
      const title = serviceTitle(service, shownNames);
      const fullnat = fullnatText(service, localAddresses);
      let text = columns.service
        ? `${pad(title, 33)}${columns.service(service.counters)}${fullnat}\n`
        : `${title} ${serviceSettingsText(service)}${fullnat}\n`;
      const protocol = portProtocol(service);
      const { destinations } = service;
      for (const destination of style.sorted ? sortDestinations(destinations) : destinations) {
        const endpoint = endpointText(destination.address, destination.port, protocol, shownNames);
        text += `  -> ${pad(endpoint, 28)}${columns.destination(destination)}\n`;
      }
      return text;
    },
  };
}

function fullnatText(service: ServiceId, localAddresses: ListingFrame['localAddresses']): string {
  const found = localAddresses?.get(formatServiceId(service));
  return found === undefined ? '' : ` fullnat ${found}`;
}

/** The first line of a listing of the whole table. */
function renderVersion({ version, connectionTableSize }: Info): string {
  return `IP Virtual Server version ${version} (size=${connectionTableSize})\n`;
}
