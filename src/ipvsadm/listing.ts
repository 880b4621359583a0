import { formatServiceId, type ServiceId } from '../model/service.ts';
import type { Info, ServiceTable } from '../model/table.ts';
import type { ListingStyle } from './command.ts';
import { columnsOf } from './listing-columns.ts';
import { endpointText, type Names, NUMERIC, portProtocol } from './names.ts';
import { sortDestinations, sortServices } from './order.ts';
import { serviceSettingsText, serviceTitle } from './service-text.ts';

/** What is listed: services in the kernel's order and, when they are the whole table, what the kernel says of itself. */
export interface Listing {
  readonly info?: Info;
  readonly services: readonly ServiceTable[];
  /** Local addresses of FULLNAT services, by `formatServiceId`; only when they are asked for. */
  readonly localAddresses?: ReadonlyMap<string, string>;
}

/**
 * The option `-L`, byte for byte as ipvsadm 1.31 prints it, save that a long name is never cut (ipvsadm cuts it in
 * the middle, and its port with it) and that a destination's counters are shown in all their 64 bits.
 */
export function renderTable(
  { info, services, localAddresses }: Listing,
  style: ListingStyle,
  names: Names,
): string {
  const shownNames = style.numeric ? NUMERIC : names;
  const columns = columnsOf(style);
  const lines = [info ? renderVersion(info) : '', columns.header];
  for (const service of style.sorted ? sortServices(services) : services) {
    const title = serviceTitle(service, shownNames);
    lines.push(
      columns.service
        ? `${title.padEnd(33)}${columns.service(service.counters)}${fullnatText(service, localAddresses)}\n`
        : `${title} ${serviceSettingsText(service)}${fullnatText(service, localAddresses)}\n`,
    );
    const protocol = portProtocol(service);
    const { destinations } = service;
    for (const destination of style.sorted ? sortDestinations(destinations) : destinations) {
      const endpoint = endpointText(destination.address, destination.port, protocol, shownNames);
      lines.push(`  -> ${endpoint.padEnd(28)}${columns.destination(destination)}\n`);
    }
  }
  return lines.join('');
}

function fullnatText(service: ServiceId, localAddresses: Listing['localAddresses']): string {
  const found = localAddresses?.get(formatServiceId(service));
  return found === undefined ? '' : ` fullnat ${found}`;
}

/** The first line of a listing of the whole table. */
export function renderVersion({ version, connectionTableSize }: Info): string {
  return `IP Virtual Server version ${version} (size=${connectionTableSize})\n`;
}
