import { type Address, familyOf, parseAddress } from '../model/address.ts';
import { literal, object, text, textOf } from '../model/shape.ts';
import { ABSENT, type Kind } from './kind.ts';
import { device, requireLink } from './link.ts';

/** Half of all destinations, through a gateway: two of these outdo any default route without touching it. */
export interface HalfRouteSetting {
  readonly kind: 'half-route';
  readonly half: Address;
  readonly gateway: Address;
  readonly device: string;
}

export interface HalfRouteState {
  readonly is: 'via';
  /** `no gateway` for a route that has none. */
  readonly gateway: string;
  /** `?` for a device that cannot be told. */
  readonly device: string;
}

export const halfRoute: Kind<HalfRouteSetting, HalfRouteState> = {
  key: ({ half }) => `route ${half}/1`,
  wanted: ({ gateway, device }) => ({ is: 'via', gateway, device }),
  suffices: (setting, state) => halfRoute.text(state) === halfRoute.text(halfRoute.wanted(setting)),
  occupied: (setting, state) =>
    state.is === 'absent' ? undefined : `${halfRoute.key(setting)} is in use: ${halfRoute.text(state)}`,
  async read({ half }, { links }) {
    const found = (await links.routes()).find(
      ({ destination, prefixLength, family }) =>
        destination === half && prefixLength === 1 && family === familyOf(half),
    );
    if (!found) return ABSENT;
    const name = (await links.links()).find(({ index }) => index === found.index)?.name ?? '?';
    return { is: 'via', gateway: found.gateway ?? 'no gateway', device: name };
  },
  async put({ half, gateway, device }, { is }, doors) {
    const { index } = await requireLink(doors, device);
    await (is === 'absent'
      ? doors.links.deleteHalfRoute(index, half, gateway)
      : doors.links.addHalfRoute(index, half, gateway));
  },
  text: (state) => (state.is === 'absent' ? 'absent' : `via ${state.gateway} on ${state.device}`),
  parse(word) {
    if (word === 'absent') return ABSENT;
    const [, gateway, name] = /^via (.*) on (\S+)$/.exec(word) ?? [];
    return gateway === undefined || name === undefined ? undefined : { is: 'via', gateway, device: name };
  },
  setting: object({
    kind: literal('half-route'),
    half: textOf(parseAddress),
    gateway: textOf(parseAddress),
    device,
  }),
  state: object({
    is: literal('via'),
    gateway: text(/^[0-9a-f.:]+$|^no gateway$/),
    device: text(/^\S{1,15}$/),
  }),
};
