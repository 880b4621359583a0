import { spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { release } from 'node:os';
import type { ModuleState } from '../model/facts.ts';

/** Looks for a module without loading it. One that is built into the kernel counts as loaded. */
export async function moduleState(name: string): Promise<ModuleState> {
  return (await moduleStates([name])).get(name)!;
}

/** The same for several. */
export async function moduleStates(wanted: readonly string[]): Promise<Map<string, ModuleState>> {
  const folder = `/lib/modules/${release()}`;
  const [builtIn, onDisk] = await Promise.all(
    ['modules.builtin', 'modules.dep'].map((name) => readLines(`${folder}/${name}`)),
  );
  // Without a list, what is not seen may be built in.
  const otherwise = builtIn || onDisk ? 'missing' : 'unknown';
  const loaded = new Set([
    ...((await readLines('/proc/modules')) ?? []).map((line) => line.split(' ', 1)[0]!),
    ...names(builtIn ?? []),
    // A kernel without module files may still have it built in, and then tells of its parameters or version.
    ...(await readdir('/sys/module').catch((): string[] => [])),
  ]);
  const loadable = new Set(names(onDisk ?? []));
  return new Map(
    wanted.map((name) => [name, loaded.has(name) ? 'loaded' : loadable.has(name) ? 'available' : otherwise]),
  );
}

/**
 * Has the kernel give a module back, with those that only it needed. False when it is in use, or when another network
 * namespace of this host may need it: the kernel would take a tunnel's device from all of them.
 */
export async function unloadModule(name: string): Promise<boolean> {
  if (await hasOtherNamespaces()) return false;
  return new Promise((resolve) => {
    const modprobe = spawn('/sbin/modprobe', ['--remove', '--quiet', '--', name], { stdio: 'ignore' });
    modprobe.once('error', () => resolve(false));
    modprobe.once('exit', (code) => resolve(code === 0));
  });
}

async function hasOtherNamespaces(): Promise<boolean> {
  const named: string[] = await readdir('/run/netns').catch(() => []);
  if (named.length > 0) return true;
  const own = await readlink('/proc/self/ns/net');
  for (const entry of await readdir('/proc')) {
    if (!/^[0-9]+$/.test(entry)) continue;
    // A process that is gone is in none; one that may not be looked at may be in another.
    const other = await readlink(`/proc/${entry}/ns/net`).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' || error.code === 'ESRCH' ? own : undefined,
    );
    if (other !== own) return true;
  }
  return false;
}

/** Module names of lines such as `kernel/net/ipv4/ip_gre.ko.xz: …`; dashes and underscores are the same to the kernel. */
function names(lines: readonly string[]): string[] {
  return lines.map((line) => (/([^/]+)\.ko/.exec(line)?.[1] ?? '').replaceAll('-', '_'));
}

async function readLines(path: string): Promise<string[] | undefined> {
  return (await readFile(path, 'utf8').catch(() => undefined))?.split('\n');
}
