import type { ListingStyle } from '../../../src/ipvsadm/command.ts';
import { type ListingFrame, listingText, type TableText } from '../../../src/ipvsadm/listing.ts';
import type { Names } from '../../../src/ipvsadm/names.ts';
import { sortServices } from '../../../src/ipvsadm/order.ts';
import { saveText } from '../../../src/ipvsadm/save.ts';
import type { ServiceTable } from '../../../src/model/table.ts';

/** A whole listing as one text. */
export function renderTable(
  { services, ...frame }: ListingFrame & { readonly services: readonly ServiceTable[] },
  style: ListingStyle,
  names: Names,
): string {
  return wholeText(listingText(frame, style, names), style.sorted ? sortServices(services) : services);
}

/** All that is saved as one text. */
export function renderSave(
  services: readonly ServiceTable[],
  options: { readonly numeric: boolean },
  names: Names,
): string {
  return wholeText(saveText(options, names), sortServices(services));
}

function wholeText(text: TableText, services: readonly ServiceTable[]): string {
  return text.header + services.map((service) => text.service(service)).join('');
}
