import { AF_UNSPEC } from '../../address-family.ts';
import type { Message } from '../../message.ts';
import { Subscription, type SubscriptionOptions } from '../../subscription.ts';
import { decodeAddress, type RawAddress, RTM_DELADDR, RTM_NEWADDR } from './address.ts';
import { decodeLink, type RawLink, RTM_DELLINK, RTM_NEWLINK } from './link.ts';
import { NETLINK_ROUTE } from './message.ts';
import { decodeNeighbour, type RawNeighbour, RTM_DELNEIGH, RTM_NEWNEIGH } from './neighbour.ts';
import { decodeRoute, type RawRoute, RTM_DELROUTE, RTM_NEWROUTE } from './route.ts';

/** One thing of a host's network that has come, changed (`gone: false`) or gone, as it is or last was. */
export type RawNetworkEvent =
  | { readonly kind: 'link'; readonly gone: boolean; readonly link: RawLink }
  | { readonly kind: 'address'; readonly gone: boolean; readonly address: RawAddress }
  | { readonly kind: 'route'; readonly gone: boolean; readonly route: RawRoute }
  | { readonly kind: 'neighbour'; readonly gone: boolean; readonly neighbour: RawNeighbour };

/** The multicast groups that tell of each: RTNLGRP_… of include/uapi/linux/rtnetlink.h. */
const GROUPS = {
  link: [1],
  address: [5, 9],
  route: [7, 11],
  neighbour: [3],
} as const satisfies Record<RawNetworkEvent['kind'], readonly number[]>;

/** Subscribes to what happens to some kinds of things. Throws a NetlinkError when it cannot. */
export function subscribeNetwork(
  kinds: readonly RawNetworkEvent['kind'][],
  options: SubscriptionOptions = {},
): Subscription<RawNetworkEvent> {
  const groups = kinds.flatMap((kind) => [...GROUPS[kind]]);
  return new Subscription(NETLINK_ROUTE, groups, decodeNetworkEvent, options);
}

/** `undefined` for what is not told of here: bridges' own tables, and routes that `decodeRoute` leaves out. */
export function decodeNetworkEvent(message: Message): RawNetworkEvent | undefined {
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK: {
      // A bridge tells by the same messages that a link is, or is no longer, one of its ports.
      if (message.bytes[message.start] !== AF_UNSPEC) return undefined;
      return { kind: 'link', gone: message.type === RTM_DELLINK, link: decodeLink(message) };
    }
    case RTM_NEWADDR:
    case RTM_DELADDR: {
      const address = decodeAddress(message);
      return address && { kind: 'address', gone: message.type === RTM_DELADDR, address };
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
      const route = decodeRoute(message);
      return route && { kind: 'route', gone: message.type === RTM_DELROUTE, route };
    }
    case RTM_NEWNEIGH:
    case RTM_DELNEIGH: {
      const neighbour = decodeNeighbour(message);
      return neighbour && { kind: 'neighbour', gone: message.type === RTM_DELNEIGH, neighbour };
    }
    default:
      return undefined;
  }
}
