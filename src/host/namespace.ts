import { access, readFile, readlink } from 'node:fs/promises';

/** A line of /proc/net/netlink for the kernel's own rtnetlink socket: protocol 0, port 0, and its inode number last. */
const KERNEL_SOCKET = /^\S+ +0 +0 +.* (\d+) *$/m;

/** The network namespace that this process is in. */
export interface NamespaceId {
  /** The inode number that `ip netns` and /proc/PID/ns/net show. */
  readonly number: string;
  /** Of the namespaces that have had this number since the host came up, which. */
  readonly instance: string;
}

/** Which network namespace of the kernel this is. */
export interface WhichNamespace {
  readonly id: NamespaceId;
  /** Whether it is the one that the kernel came up with; `undefined` where that may not be read, with the reason. */
  readonly first: boolean | undefined;
  readonly why?: string;
}

/**
 * Below /proc. Settings of the whole kernel are in its first network namespace only (net/core/sysctl_net_core.c,
 * `net_core_table` is registered for `init_net`); the other file is in every one (`netns_core_table`).
 */
const OF_THE_FIRST = 'sys/net/core/netdev_budget';
const OF_EVERY_ONE = 'sys/net/core/somaxconn';

/**
 * Which network namespace this is. The number alone does not tell: the kernel gives that of a namespace that is gone to
 * the next one. It also makes a netlink socket with each namespace (net/core/rtnetlink.c, `rtnetlink_net_init`), and
 * counts the inodes of sockets up. Process 1 is not asked whether it is the first: in a container with processes of its
 * own that is the container's, and its /run may be the host's.
 */
export async function readNamespace(proc = '/proc'): Promise<WhichNamespace> {
  const number = (await readlink(`${proc}/self/ns/net`)).replace(/\D/g, '');
  const id = { number, instance: await kernelSocket(`${proc}/self/net/netlink`) };
  try {
    await access(`${proc}/${OF_EVERY_ONE}`);
  } catch (error) {
    return { id, first: undefined, why: (error as Error).message };
  }
  const first = await access(`${proc}/${OF_THE_FIRST}`).then(
    () => true,
    () => false,
  );
  return { id, first };
}

async function kernelSocket(path: string): Promise<string> {
  const inode = KERNEL_SOCKET.exec(await readFile(path, 'utf8'))?.[1];
  if (inode === undefined) throw new Error(`there is no socket of the kernel in ${path}`);
  return inode;
}
