import type { Change } from '../../../src/model/change.ts';
import { formatEndpoint } from '../../../src/model/endpoint.ts';
import { isFwmark } from '../../../src/model/service.ts';

/** The service that a change is about, or the kind of a change that is about none. */
export function serviceOf(change: Change): string {
  if (!('service' in change) || !change.service) return change.kind;
  return isFwmark(change.service) ? String(change.service.fwmark) : formatEndpoint(change.service);
}
