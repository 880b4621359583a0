import { NetlinkError } from '../../errors.ts';
import type { Message } from '../../message.ts';

/** Protocol number of rtnetlink sockets. */
export const NETLINK_ROUTE = 0;

// Each noun of rtnetlink has a file here: its message types, the layout of its attributes, its fixed header (written
// and read side by side) and its requests, over a connection of protocol NETLINK_ROUTE. Requests reject with a
// NetlinkError. The kernel side is net/core/rtnetlink.c, net/ipv4/devinet.c, net/ipv6/addrconf.c, the fib files and
// net/core/neighbour.c.

/** Where the attributes of a message begin, behind its fixed header. */
export function attributesStart({ start, end }: Message, header: number): number {
  if (end - start < header) throw new NetlinkError('malformed', 'an rtnetlink message without its header');
  return start + header;
}
