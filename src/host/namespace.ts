import { readFile, readlink } from 'node:fs/promises';

/** A line of /proc/net/netlink for the kernel's own rtnetlink socket: protocol 0, port 0, and its inode number last. */
const KERNEL_SOCKET = /^\S+ +0 +0 +.* (\d+) *$/m;

/** The network namespace that this process is in. */
export interface NamespaceId {
  /** The inode number that `ip netns` and /proc/PID/ns/net show. */
  readonly number: string;
  /** Of the namespaces that have had this number since the host came up, which. */
  readonly instance: string;
}

/**
 * Which network namespace of the host this is; `undefined` for the first, or where that cannot be read. The number
 * alone does not tell: the kernel gives that of a namespace that is gone to the next one. It also makes a netlink
 * socket with each namespace (net/core/rtnetlink.c, `rtnetlink_net_init`), and counts the inodes of sockets up.
 */
export async function readNamespace(): Promise<NamespaceId | undefined> {
  const own = await readlink('/proc/self/ns/net');
  const first = await readlink('/proc/1/ns/net').catch(() => own);
  if (own === first) return undefined;
  const sockets = await readFile('/proc/self/net/netlink', 'utf8');
  return { number: own.replace(/\D/g, ''), instance: KERNEL_SOCKET.exec(sockets)?.[1] ?? '0' };
}
