import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../model/address.ts';
import type { FirewallObject, ModuleState } from '../model/facts.ts';
import type { Neighbour, Network, ResolvedRoute } from '../model/network.ts';
import type { Setting, SettingState } from '../model/setting.ts';
import type { ConnectionOptions } from '../netlink/connection.ts';
import { announce } from './announce.ts';
import { readTracking, readTranslations, type Tracking, type Translation } from './conntrack.ts';
import type { TableContent } from './fullnat-content.ts';
import { openFullnatTable } from './fullnat-door.ts';
import { Links, type Packet } from './links.ts';
import { moduleState } from './module-state.ts';
import { listRuleset } from './nft.ts';
import { putSetting, readSetting } from './settings.ts';
import { readSysctl } from './sysctl.ts';

/** Milliseconds to wait for an answer on the wire: the kernel asks again after one second. */
const PROBE_TIME = 1500;
const PAUSE = 50;
const CAP_NET_ADMIN = 12n;

/** This host, as far as preparing it goes: one door, so that tests can stand in it. */
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
  /** Tracked connections whose mark, under the mask, is this one. */
  translations(mark: number, mask: number): Promise<readonly Translation[]>;
  tracking(): Promise<Tracking>;
  close(): Promise<void>;
}

/** Opens the host that this process runs on, in the network namespace that it is in. */
export function openHost(options: ConnectionOptions = {}): Host {
  const links = new Links(options);
  const table = openFullnatTable();
  return {
    mayChange,
    moduleState,
    async network() {
      const [found, addresses, routes] = [await links.links(), await links.addresses(), await links.routes()];
      const inet6 = (await readSysctl('net/ipv6/conf/all/disable_ipv6')) === '0';
      return { links: found, addresses, routes, inet6 };
    },
    neighbours: () => links.neighbours(),
    route: (destination, packet) => links.route(destination, packet),
    solicit: (index, address) => links.solicit(index, address),
    read: (setting) => readSetting(links, table, setting),
    put: (setting, state) => putSetting(links, table, setting, state),
    whoHas: (device, address) => whoHas(links, device, address),
    async announce(device, address) {
      const link = await links.link(device);
      return link !== undefined && announce(links, link, address);
    },
    fullnat: table.read,
    firewall: async () => (await listRuleset()) ?? [],
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
