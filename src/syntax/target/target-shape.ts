import { parseAddress } from '../../model/address.ts';
import { isDeviceName } from '../../model/device.ts';
import {
  boolean,
  integer,
  list,
  literal,
  object,
  oneOf,
  type Shape,
  text,
  textOf,
} from '../../model/shape.ts';
import type { Fullnat } from '../../plan/host/fullnat.ts';
import type { RealServer } from '../../plan/host/realserver.ts';
import type { Target } from '../../plan/host/target.ts';
import { serviceShape } from '../../settings/service-shape.ts';

const address = textOf(parseAddress);
const device = textOf((name) => (isDeviceName(name) ? name : undefined));
const port = integer(1, 65_535);

const server = oneOf<RealServer>(
  object({ mode: literal('dr'), vip: address, device }, { alsoDirector: boolean }),
  object(
    { mode: literal('tun'), vip: address, tunnel: literal('ipip', 'gre', 'gue') },
    { port, rip: address },
  ),
  object({ mode: literal('nat'), director: address, setGateway: boolean }),
);
const director = object({
  vip: address,
  device,
  mode: literal('nat', 'dr', 'tun'),
  schedulers: list(text(/^[a-z0-9_]{1,15}$/)),
  oneLan: boolean,
});
const fullnat: Shape<Fullnat> = object(
  {
    service: serviceShape,
    pool: object({ addresses: list(address) }, { ports: object({ first: port, last: port }) }),
    floating: boolean,
  },
  { device },
);

/** A target, as a journal has it. */
export const targetShape = oneOf<Target>(
  object({ role: literal('realserver'), server }),
  object({ role: literal('director'), director }),
  object({ role: literal('fullnat'), fullnat }),
);
