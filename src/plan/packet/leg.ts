import type { Address } from '../../model/address.ts';
import type { FoundRoute, Link, Neighbour, ResolvedRoute } from '../../model/network.ts';

/** What the director knows of the way to a host that is not itself. */
export interface Leg {
  /** Index of the device that packets leave by, and its name. */
  readonly index: number;
  readonly device: string;
  readonly ownMac: string | undefined;
  /** The address of this director that the kernel uses on this way. */
  readonly ownAddress: Address | undefined;
  /** The next hop, where it is not the host itself. */
  readonly router: Address | undefined;
  /** Hardware address of the next hop: of the host, or of the router. */
  readonly peerMac: string | undefined;
  /** Why there is none. */
  readonly unknown: string | undefined;
  /** The next hop was asked for, and does not answer. */
  readonly isSilent: boolean;
  /** The largest packet that goes this way. */
  readonly mtu: number;
}

/** Where a host is, seen from the director: on the way of a leg, the director itself, or nowhere. */
export type Reach =
  | { readonly kind: 'leg'; readonly leg: Leg }
  | { readonly kind: 'local' }
  | { readonly kind: 'none'; readonly why: string };

const NOWHERE: Readonly<Record<Exclude<ResolvedRoute['type'], FoundRoute['type']>, string>> = {
  none: 'there is no route',
  unreachable: 'a route says that it is unreachable',
  blackhole: 'a route has it dropped (blackhole)',
  prohibit: 'a route prohibits it',
  'reverse-path': 'the reverse path filter drops it',
};

/** How the director reaches an address, by the kernel's answer and the neighbour table. */
export function reachOf(
  address: Address,
  route: ResolvedRoute,
  links: readonly Link[],
  neighbours: readonly Neighbour[],
): Reach {
  if (!('index' in route)) return { kind: 'none', why: `${NOWHERE[route.type]} to ${address}` };
  if (route.type === 'local') return { kind: 'local' };
  if (route.type !== 'unicast') return { kind: 'none', why: `${address} is a ${route.type} address here` };
  const link = links.find(({ index }) => index === route.index);
  const device = link?.name ?? `device ${route.index}`;
  const next = route.gateway ?? address;
  const known = neighbours.find((item) => item.index === route.index && item.address === next);
  return {
    kind: 'leg',
    leg: {
      index: route.index,
      device,
      ownMac: link?.hardwareAddress || undefined,
      ownAddress: route.source,
      router: route.gateway,
      mtu: route.mtu ?? link?.mtu ?? 1500,
      ...peerOf(next, device, link, known),
    },
  };
}

function peerOf(
  next: Address,
  device: string,
  link: Link | undefined,
  known: Neighbour | undefined,
): Pick<Leg, 'peerMac' | 'unknown' | 'isSilent'> {
  if (known?.hardwareAddress) return { peerMac: known.hardwareAddress, unknown: undefined, isSilent: false };
  const without = (unknown: string, isSilent = false) => ({ peerMac: undefined, unknown, isSilent });
  if (link?.resolves === false) return without(`${device} has no hardware addresses`);
  if (known?.state === 'failed') return without(`${next} does not answer on ${device}`, true);
  return without(`the neighbour table does not know ${next}: nothing was sent there lately`);
}
