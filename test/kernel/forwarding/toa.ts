import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  attachCgroup,
  attachIngress,
  type CgroupHook,
  deleteFromMap,
  detachCgroup,
  detachIngress,
  forgetOtherVersions,
  hasClsact,
  loadObject,
  readCounters,
  unloadObject,
  updateMap,
} from '../../../src/host/bpf.ts';
import {
  encodeToaKind,
  encodeToaPrefix,
  encodeToaService,
  TOA_GOT,
  TOA_SENT,
} from '../../../src/model/toa.ts';

/** What the programs of TOA do in a namespace, through the doors that a host has for it. */
export type ToaTask =
  | {
      readonly do: 'toa-director';
      readonly device: string;
      readonly services: readonly (readonly [address: string, port: number])[];
      readonly kind: number;
      readonly object?: string;
    }
  | { readonly do: 'toa-forget'; readonly address: string; readonly port: number }
  | {
      readonly do: 'toa-server';
      readonly trusted: readonly (readonly [address: string, bits: number])[];
      readonly kind: number;
      readonly object?: string;
    }
  | { readonly do: 'toa-counters' }
  | { readonly do: 'toa-down' }
  /** All that it may leave: filters, qdiscs, programs in the cgroup, pins. */
  | { readonly do: 'toa-dump' };

const PINS = '/sys/fs/bpf/lvsadm';
const CGROUPS = '/sys/fs/cgroup';
const HOOKS: readonly [CgroupHook, string][] = [
  ['sock_ops', 'toa_established'],
  ['getpeername4', 'toa_peer4'],
  ['getpeername6', 'toa_peer6'],
];
const objectOf = (name: string) => join(process.cwd(), 'bpf', `${name}.bpf.o`);

/** Each device, and whether it had a clsact. */
const devices = new Map<string, boolean>();

export function isToa(task: { readonly do: string }): task is ToaTask {
  return task.do.startsWith('toa-');
}

export async function toa(task: ToaTask): Promise<unknown> {
  prepare();
  const director = join(PINS, `director-${process.pid}`);
  const server = join(PINS, `server-${process.pid}`);
  switch (task.do) {
    case 'toa-director': {
      if (!devices.has(task.device)) devices.set(task.device, await hasClsact(task.device));
      const loaded = await loadObject(task.object ?? objectOf('toa-director'), director);
      for (const [address, port] of task.services) {
        for (const each of [port, 0]) {
          await updateMap(
            loaded.map('toa_services'),
            encodeToaService(address, each),
            encodeToaKind(task.kind),
          );
        }
      }
      await attachIngress(task.device, loaded.program('toa_in'));
      await forgetOtherVersions(loaded, director);
      return true;
    }
    case 'toa-forget':
      await deleteFromMap(join(director, 'maps/toa_services'), encodeToaService(task.address, task.port));
      return true;
    case 'toa-server': {
      const loaded = await loadObject(task.object ?? objectOf('toa-realserver'), server);
      for (const [address, bits] of task.trusted) {
        await updateMap(loaded.map('toa_trusted'), encodeToaPrefix(address, bits), encodeToaKind(task.kind));
      }
      for (const [hook, name] of HOOKS) await attachCgroup(cgroup(), hook, loaded.program(name));
      await forgetOtherVersions(loaded, server);
      return true;
    }
    case 'toa-counters':
      return existsSync(server)
        ? readCounters(join(server, 'maps/toa_got'), TOA_GOT)
        : readCounters(join(director, 'maps/toa_sent'), TOA_SENT);
    case 'toa-down':
      for (const [device, had] of devices) await detachIngress(device, had);
      devices.clear();
      for (const [hook, name] of HOOKS) await detachCgroup(cgroup(), hook, name);
      await unloadObject(director);
      await unloadObject(server);
      return true;
    case 'toa-dump': {
      // Beside the devices, the folder has files (bonding_masters).
      const links = readdirSync('/sys/class/net', { withFileTypes: true })
        .filter((entry) => entry.isSymbolicLink())
        .map(({ name }) => name);
      return [
        ...links.map((name) =>
          execFileSync('tc', ['filter', 'show', 'dev', name, 'ingress'], { encoding: 'utf8' }),
        ),
        execFileSync('tc', ['qdisc', 'show'], { encoding: 'utf8' }),
        execFileSync('bpftool', ['-j', 'cgroup', 'show', cgroup()], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
        ...(existsSync(PINS) ? readdirSync(PINS) : []),
      ];
    }
  }
}

const cgroup = () => join(CGROUPS, `toa-${process.pid}`);

/** A namespace of the lab has a /sys of its own, without what hosts have mounted in it; and this process its cgroup. */
function prepare(): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  if (!mounts.includes(' /sys/fs/bpf bpf')) execFileSync('mount', ['-t', 'bpf', 'bpf', '/sys/fs/bpf']);
  if (!mounts.includes(` ${CGROUPS} cgroup2`)) {
    execFileSync('mount', ['-t', 'cgroup2', 'cgroup2', CGROUPS]);
  }
  if (existsSync(cgroup())) return;
  mkdirSync(cgroup());
  writeFileSync(join(cgroup(), 'cgroup.procs'), `${process.pid}`);
}
