import { type ListingFrame, listingText, type TableText } from '../../../src/ipvsadm/listing/listing.ts';
import { sortServices } from '../../../src/ipvsadm/listing/order.ts';
import { saveText } from '../../../src/ipvsadm/save.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import type { Names } from '../../../src/process/world.ts';
import type { ListingStyle } from '../../../src/syntax/ipvsadm/command.ts';

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
