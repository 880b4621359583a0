import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The file descriptor of this process's netlink socket with a protocol and a port: the transport does not give it
 * away, the kernel does (net/netlink/af_netlink.c, `netlink_native_seq_show`). Throws when /proc does not tell.
 */
export function findDescriptor(protocol: number, port: number): number {
  const line = new RegExp(`^\\S+ +${protocol} +${port} +.* (\\d+) *$`, 'm');
  const inode = line.exec(readFileSync('/proc/self/net/netlink', 'latin1'))?.[1];
  // The newest has the largest number, mostly.
  for (const name of readdirSync('/proc/self/fd').reverse()) {
    if (targetOf(name) === `socket:[${inode}]`) return Number(name);
  }
  throw new Error(`/proc does not tell the descriptor of netlink port ${port}`);
}

/** What a descriptor stands for; `undefined` when it is closed by now. */
function targetOf(name: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    return undefined;
  }
}
