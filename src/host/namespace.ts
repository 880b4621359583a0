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

/** Which network namespace of the host this is. */
export interface WhichNamespace {
  readonly id: NamespaceId;
  /** Whether it is the one that the host's init is in; `undefined` where that may not be read, with the reason. */
  readonly first: boolean | undefined;
  readonly why?: string;
}

/**
 * Which network namespace this is. The number alone does not tell: the kernel gives that of a namespace that is gone to
 * the next one. It also makes a netlink socket with each namespace (net/core/rtnetlink.c, `rtnetlink_net_init`), and
 * counts the inodes of sockets up. Whose namespace init is in is told by that socket as well, to anybody, where
 * /proc/1/ns/net takes CAP_SYS_PTRACE.
 */
export async function readNamespace(): Promise<WhichNamespace> {
  const number = (await readlink('/proc/self/ns/net')).replace(/\D/g, '');
  const instance = await kernelSocket('self');
  try {
    return { id: { number, instance }, first: (await kernelSocket('1')) === instance };
  } catch (error) {
    return { id: { number, instance }, first: undefined, why: (error as Error).message };
  }
}

async function kernelSocket(process: string): Promise<string> {
  const path = `/proc/${process}/net/netlink`;
  const inode = KERNEL_SOCKET.exec(await readFile(path, 'utf8'))?.[1];
  if (inode === undefined) throw new Error(`there is no socket of the kernel in ${path}`);
  return inode;
}
