import { parseAddress } from '../model/address.ts';
import type { ServiceId } from '../model/service.ts';
import { integer, literal, object, oneOf, textOf } from '../model/shape.ts';

/** A service's identity, as a journal has it. */
export const serviceShape = oneOf<ServiceId>(
  object({
    protocol: literal('tcp', 'udp', 'sctp'),
    address: textOf(parseAddress),
    port: integer(0, 65_535),
  }),
  object({ fwmark: integer(1, 0xffffffff), family: literal('inet', 'inet6') }),
);
