import type { AnyLayout } from '../attributes.ts';
import { CONNTRACK_MESSAGES, ENTRY, NETFILTER_HEADER, NETLINK_NETFILTER } from './conntrack.ts';
import { ADDRESS, ADDRESS_HEADER, RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from './route/address.ts';
import { LINK, LINK_HEADER, RTM_DELLINK, RTM_GETLINK, RTM_NEWLINK } from './route/link.ts';
import { NETLINK_ROUTE } from './route/message.ts';
import { NEIGHBOUR, NEIGHBOUR_HEADER, RTM_DELNEIGH, RTM_GETNEIGH, RTM_NEWNEIGH } from './route/neighbour.ts';
import { ROUTE, ROUTE_HEADER, RTM_DELROUTE, RTM_GETROUTE, RTM_NEWROUTE } from './route/route.ts';

/** What a message of some type is called, and how it is made. */
export interface Shape {
  readonly name: string;
  /** Bytes of its fixed header. */
  readonly header: number;
  readonly layout: AnyLayout;
}

const routeShapes = (
  header: number,
  layout: AnyLayout,
  types: Record<string, number>,
): (readonly [number, Shape])[] =>
  Object.entries(types).map(([name, type]) => [type, { name, header, layout }] as const);

/** By protocol and message type. Generic netlink gives out its types as it goes. */
export const SHAPES: ReadonlyMap<number, ReadonlyMap<number, Shape>> = new Map([
  [
    NETLINK_ROUTE,
    new Map([
      ...routeShapes(LINK_HEADER, LINK, { RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK }),
      ...routeShapes(ADDRESS_HEADER, ADDRESS, { RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR }),
      ...routeShapes(ROUTE_HEADER, ROUTE, { RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE }),
      ...routeShapes(NEIGHBOUR_HEADER, NEIGHBOUR, { RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH }),
    ]),
  ],
  [NETLINK_NETFILTER, new Map(routeShapes(NETFILTER_HEADER, ENTRY, CONNTRACK_MESSAGES))],
]);
