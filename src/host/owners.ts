import { readdir, readFile, readlink } from 'node:fs/promises';

/** A running program that manages the IPVS table by itself. */
export interface TableOwner {
  readonly name: string;
  readonly pid: number;
}

/** Programs that do, by the names that the kernel knows them by (15 bytes at most). */
const OWNERS = ['keepalived', 'ldirectord', 'kube-proxy', 'kube-router'];

/** Looks in /proc for programs that manage the table of this network namespace; of several processes the first. */
export async function findTableOwners(proc = '/proc'): Promise<TableOwner[]> {
  const namespace = await readlink(`${proc}/self/ns/net`).catch(() => undefined);
  const found = new Map<string, TableOwner>();
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids.sort((a, b) => a - b)) {
    const name = (await readFile(`${proc}/${pid}/comm`, 'utf8').catch(() => '')).trim();
    if (!OWNERS.includes(name) || found.has(name)) continue;
    const there = await readlink(`${proc}/${pid}/ns/net`).catch(() => namespace);
    if (there === namespace) found.set(name, { name, pid });
  }
  return [...found.values()];
}
