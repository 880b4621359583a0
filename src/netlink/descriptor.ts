import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The file descriptor of this process's netlink socket with a protocol and a port: the transport does not give it
 * away, the kernel does (net/netlink/af_netlink.c, `netlink_native_seq_show`). Throws when /proc does not tell.
 */
export function findDescriptor(protocol: number, port: number): number {
  const socket = `socket:[${findInode(protocol, port)}]`;
  const newestFirst = readdirSync('/proc/self/fd').sort((a, b) => Number(b) - Number(a));
  const name = newestFirst.find((name) => targetOf(name) === socket);
  if (name !== undefined) return Number(name);
  throw new Error(`/proc does not tell the descriptor of netlink port ${port}`);
}

/** Columns: address, protocol, port, groups, …, inode. */
function findInode(protocol: number, port: number): string | undefined {
  for (const line of readFileSync('/proc/self/net/netlink', 'latin1').split('\n')) {
    if (!line.includes(` ${port} `)) continue;
    const columns = line.split(' ').filter((column) => column !== '');
    if (columns[1] === String(protocol) && columns[2] === String(port)) return columns.at(-1);
  }
  return undefined;
}

/** What a descriptor stands for; `undefined` when it is closed by now. */
function targetOf(name: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    return undefined;
  }
}

/**
 * What `make` makes and the file descriptor of the one socket that was opened for it; `undefined` when others were
 * opened meanwhile, which only another thread of this process can do.
 */
export function findNewSocket<T>(make: () => T): { made: T; descriptor: number | undefined } {
  const before = new Set(openSockets().values());
  const made = make();
  const opened = [...openSockets()].filter(([, target]) => !before.has(target));
  return { made, descriptor: opened.length === 1 ? opened[0]![0] : undefined };
}

/** Descriptors that are sockets, with which one each is. */
function openSockets(): Map<number, string> {
  const sockets = new Map<number, string>();
  for (const name of readdirSync('/proc/self/fd')) {
    const target = targetOf(name);
    if (target?.startsWith('socket:')) sockets.set(Number(name), target);
  }
  return sockets;
}
