import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../model/address.ts';
import type { FirewallObject, ModuleState } from '../model/facts.ts';
import type { Neighbour, Network, ResolvedRoute } from '../model/network.ts';
import type { ConnectionOptions } from '../netlink/connection.ts';
import type { Doors, TableContent } from '../settings/doors.ts';
import { putSetting, readSetting, type Setting, type SettingState } from '../settings/index.ts';
import { announce } from './announce.ts';
import { readTracking, readTranslations, type Tracking, type Translation } from './conntrack.ts';
import { type Firewall, readFirewall } from './firewall.ts';
import { closeGuePort, listFouPorts, openGuePort } from './fou.ts';
import { openFullnatTable } from './fullnat-door.ts';
import { Links, type Packet } from './links.ts';
import { moduleState, moduleStates, unloadModule } from './module-state.ts';
import { loadModule } from './modules.ts';
import { listRuleset } from './nft.ts';
import { findTableOwners } from './owners.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';

/** Milliseconds to wait for an answer on the wire: the kernel asks again after one second. */
const PROBE_TIME = 1500;
const PAUSE = 50;
const CAP_NET_ADMIN = 12n;

/** This host, as far as preparing and examining it goes: one door, so that tests can stand in it. */
export interface Host {
  /** Whether this process may change the network. */
  mayChange(): Promise<boolean>;
  network(): Promise<Network>;
  neighbours(): Promise<readonly Neighbour[]>;
  /** The way that a packet to `destination` takes. */
  route(destination: Address, packet?: Packet): Promise<ResolvedRoute>;
  /** Has the kernel ask on a device's segment who has an address; `neighbours` tells the answer. */
  solicit(index: number, address: Address): Promise<void>;
  moduleState(name: string): Promise<ModuleState>;
  moduleStates(names: readonly string[]): Promise<ReadonlyMap<string, ModuleState>>;
  read(setting: Setting): Promise<SettingState>;
  put(setting: Setting, state: SettingState): Promise<void>;
  /** The hardware address of another host on a device's segment that answers for an address. */
  whoHas(device: string, address: Address): Promise<string | undefined>;
  /** Tells the segment that an address is here. False when that cannot be told. */
  announce(device: string, address: Address): Promise<boolean>;
  /** What is in our nftables table, or `undefined` without one. */
  fullnat(): Promise<TableContent | undefined>;
  /** The whole firewall, as far as nftables knows it. */
  firewall(): Promise<readonly FirewallObject[]>;
  /** The same and what only iptables can read, without making the kernel load anything. */
  rules(): Promise<Firewall>;
  /** Programs that manage the table by themselves and run in this network namespace. */
  managers(): Promise<readonly string[]>;
  /** The kernel's release, such as `6.1.0-18-amd64`. */
  kernel(): string;
  /** Names of the settings of IPVS, below net/ipv4/vs. */
  ipvsSettings(): Promise<readonly string[]>;
  /** Tracked connections whose mark, under the mask, is this one. */
  translations(mark: number, mask: number): Promise<readonly Translation[]>;
  tracking(): Promise<Tracking>;
  /** A file under /proc/sys; `undefined` when there is none. */
  sysctl(path: string): Promise<string | undefined>;
  /** The text of /proc/net/ip_vs_conn. */
  connections(): Promise<string>;
  /** Whether the kernel has IPVS, without loading it. */
  hasIpvs(): boolean;
  close(): Promise<void>;
}

/** Opens the host that this process runs on, in the network namespace that it is in. */
export function openHost(options: ConnectionOptions = {}): Host {
  const links = new Links(options);
  const table = openFullnatTable();
  const doors: Doors = {
    links,
    sysctls: { read: readSysctl, write: writeSysctl },
    modules: { state: moduleState, load: loadModule, unload: unloadModule },
    gue: { list: listFouPorts, open: openGuePort, close: closeGuePort },
    nft: table,
    sleep,
  };
  return {
    mayChange,
    moduleState,
    moduleStates,
    async network() {
      const [found, addresses, routes] = [await links.links(), await links.addresses(), await links.routes()];
      const inet6 = (await readSysctl('net/ipv6/conf/all/disable_ipv6')) === '0';
      return { links: found, addresses, routes, inet6 };
    },
    neighbours: () => links.neighbours(),
    route: (destination, packet) => links.route(destination, packet),
    solicit: (index, address) => links.solicit(index, address),
    read: (setting) => readSetting(setting, doors),
    put: (setting, state) => putSetting(setting, state, doors),
    sysctl: readSysctl,
    connections: () => readFile('/proc/net/ip_vs_conn', 'latin1'),
    hasIpvs: () => existsSync('/proc/net/ip_vs'),
    whoHas: (device, address) => whoHas(links, device, address),
    async announce(device, address) {
      const link = await links.link(device);
      return link !== undefined && announce(links, link, address);
    },
    fullnat: table.read,
    firewall: async () => (await listRuleset()) ?? [],
    rules: readFirewall,
    managers: async () => (await findTableOwners()).map(({ name }) => name),
    kernel: release,
    ipvsSettings: () => readdir('/proc/sys/net/ipv4/vs').catch((): string[] => []),
    translations: (mark, mask) => readTranslations(mark, mask, options),
    tracking: () => readTracking(options),
    close: () => links.close(),
  };
}

async function mayChange(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}

async function whoHas(links: Links, device: string, address: Address): Promise<string | undefined> {
  const link = await links.link(device);
  if (!link?.up || !link.resolves) return undefined;
  // What is known from before may be out of date.
  await links.forgetNeighbour(link.index, address);
  await links.solicit(link.index, address);
  try {
    for (let waited = 0; waited < PROBE_TIME; waited += PAUSE) {
      const found = (await links.neighbours()).find(
        (neighbour) => neighbour.index === link.index && neighbour.address === address,
      );
      if (found?.state === 'reachable') return found.hardwareAddress;
      if (found?.state === 'failed') return undefined;
      await sleep(PAUSE);
    }
    return undefined;
  } finally {
    await links.forgetNeighbour(link.index, address);
  }
}
