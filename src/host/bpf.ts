import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { knownByName } from '../model/known-by-name.ts';
import { type Ended, run } from './run.ts';

/** Why a program of ours is not in the kernel, or not where it should be: one line, with what to install where that is it. */
class BpfError extends Error {
  override readonly name = 'BpfError';
  static override readonly [Symbol.hasInstance] = knownByName('BpfError');
}

/** Where to attach a program in a cgroup, in bpftool's words. */
export type CgroupHook = 'sock_ops' | 'getpeername4' | 'getpeername6';

/** What bpftool calls these hooks when it lists them: 7.1 as it is told, later ones as the kernel's library does. */
const LISTED: Record<CgroupHook, readonly string[]> = {
  sock_ops: ['sock_ops', 'cgroup_sock_ops'],
  getpeername4: ['getpeername4', 'cgroup_inet4_getpeername'],
  getpeername6: ['getpeername6', 'cgroup_inet6_getpeername'],
};

/** Ours among the filters of a device; another tool's are left alone, as is a `clsact` that it needs. */
const INGRESS = ['ingress', 'prio', '49', 'handle', '1', 'bpf'] as const;

/** The pins of an object: its maps, which outlive versions of the programs, and the programs of this version. */
export interface LoadedObject {
  /** The path of a program's pin, by its name in the source. */
  program(name: string): string;
  /** The path of a map's pin. */
  map(name: string): string;
}

/**
 * Has the kernel take the programs of an object, unless it has this version already. They find the maps of the version
 * before, so what these know of live connections stays. Attaches nothing: whoever was attached, stays.
 * @param folder below /sys/fs/bpf, for this object alone; what an interrupted call left there is cleaned up
 */
export async function loadObject(object: string, folder: string): Promise<LoadedObject> {
  const version = createHash('sha256')
    .update(await readFile(object))
    .digest('hex')
    .slice(0, 12);
  const maps = join(folder, 'maps');
  const programs = join(folder, `programs-${version}`);
  const loaded = { program: (name: string) => join(programs, name), map: (name: string) => join(maps, name) };
  const done = join(folder, `loaded-${version}`);
  if (await exists(done)) return loaded;

  const others = await list(folder);
  const isUpgrade = others.some((name) => name.startsWith('loaded-'));
  // Without a version that was loaded whole, the maps may not be whole either, and nobody has used them.
  await remove(isUpgrade ? programs : folder);
  await mkdir(folder, { recursive: true });
  const reused = isUpgrade
    ? (await list(maps)).flatMap((name) => ['map', 'name', name, 'pinned', join(maps, name)])
    : ['pinmaps', maps];
  await bpftool(`load ${basename(object)}`, ['prog', 'loadall', object, programs, ...reused]);
  // bpffs has no files of our own, but folders. One that is there says that all before it is.
  await mkdir(done);
  return loaded;
}

/** Removes the pins of versions other than this one, which nothing that is attached needs. */
export async function forgetOtherVersions(object: LoadedObject, folder: string): Promise<void> {
  const version = basename(join(object.program('.'))).slice('programs-'.length);
  for (const name of await list(folder)) {
    if (name !== 'maps' && !name.endsWith(`-${version}`)) await remove(join(folder, name));
  }
}

/** Removes all pins of an object. What is attached stays attached: detach first. */
export function unloadObject(folder: string): Promise<void> {
  return remove(folder);
}

/** Puts a program where a device's packets come in, in place of the version before, without a gap. */
export async function attachIngress(device: string, program: string): Promise<void> {
  const added = await tc(['qdisc', 'add', 'dev', device, 'clsact']);
  if (added.code !== 0 && !/exist|Exclusivity/i.test(added.stderr)) throw failure(`tc on ${device}`, added);
  const ended = await tc([
    'filter',
    'replace',
    'dev',
    device,
    ...INGRESS,
    'direct-action',
    'pinned',
    program,
  ]);
  if (ended.code !== 0) throw failure(`attach to ${device}`, ended);
}

/** The number of our program at a device, or `undefined` when there is none. */
async function readIngress(device: string): Promise<number | undefined> {
  const ended = await tc(['-j', 'filter', 'show', 'dev', device, 'ingress', 'prio', '49']);
  // A device without a clsact has no filters, and no list of them.
  if (ended.code !== 0) return undefined;
  const filters = JSON.parse(ended.stdout.trim() || '[]') as { options?: { prog?: { id: number } } }[];
  return filters.find(({ options }) => options?.prog)?.options?.prog?.id;
}

/** Takes our program away, and the `clsact` if `hadQdisc` is false and nobody else uses it by now. */
export async function detachIngress(device: string, hadQdisc: boolean): Promise<void> {
  if ((await readIngress(device)) !== undefined) {
    const ended = await tc(['filter', 'del', 'dev', device, ...INGRESS]);
    if (ended.code !== 0) throw failure(`detach from ${device}`, ended);
  }
  if (hadQdisc) return;
  for (const side of ['ingress', 'egress']) {
    const { code, stdout } = await tc(['-j', 'filter', 'show', 'dev', device, side]);
    if (code !== 0 || (JSON.parse(stdout.trim() || '[]') as unknown[]).length > 0) return;
  }
  const ended = await tc(['qdisc', 'del', 'dev', device, 'clsact']);
  if (ended.code !== 0 && !/Invalid|No such|Cannot find/i.test(ended.stderr)) {
    throw failure(`tc on ${device}`, ended);
  }
}

/** Whether a device has a `clsact` already. */
export async function hasClsact(device: string): Promise<boolean> {
  const ended = await tc(['-j', 'qdisc', 'show', 'dev', device]);
  if (ended.code !== 0) throw failure(`tc on ${device}`, ended);
  return (JSON.parse(ended.stdout.trim() || '[]') as { kind: string }[]).some(
    ({ kind }) => kind === 'clsact',
  );
}

/** The numbers of the programs with this name at a hook of a cgroup. */
async function readCgroup(cgroup: string, hook: CgroupHook, name: string): Promise<number[]> {
  const { stdout } = await bpftool(`read ${cgroup}`, ['-j', 'cgroup', 'show', cgroup]);
  const all = JSON.parse(stdout.trim() || '[]') as { id: number; attach_type: string; name: string }[];
  return all
    .filter((one) => LISTED[hook].includes(one.attach_type) && one.name === name.slice(0, 15))
    .map(({ id }) => id);
}

/**
 * Attaches a program to a cgroup, beside whatever others have there (`multi`: without it, theirs would be replaced),
 * and then takes the versions before away: at no time is there none.
 */
export async function attachCgroup(cgroup: string, hook: CgroupHook, program: string): Promise<void> {
  const name = basename(program);
  const current = await programId(program);
  const before = await readCgroup(cgroup, hook, name);
  if (!before.includes(current)) {
    await bpftool(`attach to ${cgroup}`, ['cgroup', 'attach', cgroup, hook, 'pinned', program, 'multi']);
  }
  await detachIds(
    cgroup,
    hook,
    before.filter((id) => id !== current),
  );
}

/** Takes every program with this name away from a hook, by its number. */
export async function detachCgroup(cgroup: string, hook: CgroupHook, name: string): Promise<void> {
  await detachIds(cgroup, hook, await readCgroup(cgroup, hook, name));
}

export async function updateMap(map: string, key: Uint8Array, value: Uint8Array): Promise<void> {
  const words = ['map', 'update', 'pinned', map, 'key', 'hex', ...hex(key), 'value', 'hex', ...hex(value)];
  await bpftool(`write ${basename(map)}`, words);
}

/** Deletes an entry; one that is not there is deleted already. */
export async function deleteFromMap(map: string, key: Uint8Array): Promise<void> {
  const ended = await runBpftool(['map', 'delete', 'pinned', map, 'key', 'hex', ...hex(key)]);
  if (ended.code !== 0 && !/No such file/.test(ended.stderr + ended.stdout)) {
    throw failure(`delete from ${basename(map)}`, ended);
  }
}

/** A map of counters, one for each processor: their sums, by their place in `names`. */
export async function readCounters<Name extends string>(
  map: string,
  names: readonly Name[],
): Promise<Record<Name, number>> {
  const { stdout } = await bpftool(`read ${basename(map)}`, ['-j', 'map', 'dump', 'pinned', map]);
  const rows = JSON.parse(stdout) as { key: string[]; values: { value: string[] }[] }[];
  const sums = {} as Record<Name, number>;
  for (const [place, name] of names.entries()) {
    const values = rows.find(({ key }) => little(key) === place)?.values ?? [];
    sums[name] = values.map(({ value }) => little(value)).reduce((sum, value) => sum + value, 0);
  }
  return sums;
}

async function detachIds(cgroup: string, hook: CgroupHook, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    await bpftool(`detach from ${cgroup}`, ['cgroup', 'detach', cgroup, hook, 'id', `${id}`]);
  }
}

async function programId(path: string): Promise<number> {
  const { stdout } = await bpftool(`read ${path}`, ['-j', 'prog', 'show', 'pinned', path]);
  return (JSON.parse(stdout) as { id: number }).id;
}

async function bpftool(what: string, words: readonly string[]): Promise<Ended> {
  const ended = await runBpftool(words);
  if (ended.code !== 0) throw failure(what, ended);
  return ended;
}

async function runBpftool(words: readonly string[]): Promise<Ended> {
  const ended = await run('bpftool', words);
  if (!ended) {
    throw new BpfError(
      'TOA needs the program bpftool; install package bpftool (on Ubuntu: linux-tools-generic)',
    );
  }
  return ended;
}

async function tc(words: readonly string[]): Promise<Ended> {
  const ended = await run('tc', words);
  if (!ended) throw new BpfError('TOA needs the program tc; install package iproute2');
  return ended;
}

/** What went wrong; -j puts it on standard output. A missing BTF of the kernel is complained of, and does not matter. */
function failure(what: string, { stderr, stdout }: Ended): BpfError {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => line !== '' && !line.includes('valid kernel BTF'));
  return new BpfError(
    `${what}: ${told.find((line) => /error|fail/i.test(line)) ?? told[0] ?? 'no reason given'}`,
  );
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));

/** `["0x01","0x00"]` → 1 */
const little = (bytes: readonly string[]) =>
  bytes.reduceRight<number>((number, byte) => number * 256 + Number(byte), 0);

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const remove = (path: string) => rm(path, { recursive: true, force: true });
