import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, familyOf } from '../model/address.ts';
import type { Setting, SettingState, SysctlSetting } from '../model/setting.ts';
import { closeGuePort, listFouPorts, openGuePort } from './fou.ts';
import { nftState } from './fullnat-content.ts';
import type { FullnatTable } from './fullnat-door.ts';
import type { Links } from './links.ts';
import { moduleState, unloadModule } from './module-state.ts';
import { loadModule } from './modules.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';

const PAUSE = 100;
/** Milliseconds; the kernel takes about two seconds with its defaults. */
const DETECTION_LIMIT = 8000;
const ABSENT: SettingState = { value: 'absent' };

/** What a setting is now. A thing that is not there, with all that would be in it, is `absent`. */
export async function readSetting(
  links: Links,
  table: FullnatTable,
  setting: Setting,
): Promise<SettingState> {
  switch (setting.kind) {
    case 'sysctl':
      return readSysctlSetting(setting);
    case 'module':
      return (await moduleState(setting.name)) === 'loaded' ? { value: 'loaded' } : ABSENT;
    case 'link':
      return (await links.link(setting.device)) ? { value: 'present' } : ABSENT;
    case 'link-up': {
      const link = await links.link(setting.device);
      return link ? { value: link.up ? 'up' : 'down' } : ABSENT;
    }
    case 'address':
      return readAddress(links, setting.device, setting.address);
    case 'gue-port': {
      const ports = await listFouPorts();
      const found = ports.find(({ family, port }) => family === setting.family && port === setting.port);
      if (!found) return ABSENT;
      return { value: found.gue ? 'open' : 'open for another encapsulation' };
    }
    case 'half-route':
      return readHalfRoute(links, setting.half);
    case 'nft-table':
    case 'nft-pool':
    case 'nft-service': {
      return nftState(setting, await table.read());
    }
  }
}

/**
 * Puts a setting into a state that it may have: the wanted one, or the one it had before. Rejects with the error of
 * the system or of netlink; the caller knows the setting's name.
 */
export async function putSetting(
  links: Links,
  table: FullnatTable,
  setting: Setting,
  state: SettingState,
): Promise<void> {
  const present = state.value !== 'absent';
  switch (setting.kind) {
    case 'sysctl':
      return putSysctl(setting, state);
    case 'module':
      return putModule(setting.name, present);
    case 'link': {
      if (present) return links.create(setting.device, setting.type, setting.local);
      const link = await links.link(setting.device);
      if (link) await links.delete(link.index);
      return;
    }
    case 'link-up': {
      const link = await links.link(setting.device);
      if (link) return links.setUp(link.index, state.value === 'up');
      if (state.value === 'up') throw new Error('there is no such device');
      return;
    }
    case 'address': {
      const { index } = await requireLink(links, setting.device);
      if (!present) return links.deleteAddress(index, setting.address);
      const deprecated = state.value.includes('deprecated');
      const { address, detectDuplicates } = setting;
      await links.putAddress(index, address, { deprecated, detectDuplicates });
      return detectDuplicates ? awaitUnique(links, index, address) : undefined;
    }
    case 'gue-port':
      return present ? openGuePort(setting.family, setting.port) : closeGuePort(setting.family, setting.port);
    case 'half-route': {
      const { index } = await requireLink(links, setting.device);
      return present
        ? links.addHalfRoute(index, setting.half, setting.gateway)
        : links.deleteHalfRoute(index, setting.half, setting.gateway);
    }
    case 'nft-table':
    case 'nft-pool':
    case 'nft-service':
      return table.change(setting, present);
  }
}

async function readSysctlSetting({ path, largerOf, alongside }: SysctlSetting): Promise<SettingState> {
  const value = await readSysctl(path);
  if (value === undefined) return ABSENT;
  const other = largerOf === undefined ? undefined : await readSysctl(largerOf);
  const values: Record<string, string> = {};
  for (const path of alongside ?? []) {
    const value = await readSysctl(path);
    if (value !== undefined) values[path] = value;
  }
  return {
    value,
    ...(other === undefined ? {} : { other }),
    ...(alongside ? { alongside: values } : {}),
  };
}

async function putSysctl({ path }: SysctlSetting, { value, alongside = {} }: SettingState): Promise<void> {
  if (value !== 'absent') await writeSysctl(path, value);
  for (const [path, value] of Object.entries(alongside)) {
    const now = await readSysctl(path);
    // The device may be gone.
    if (now !== undefined && now !== value) await writeSysctl(path, value);
  }
}

async function putModule(name: string, present: boolean): Promise<void> {
  if (!present) {
    await unloadModule(name);
    return;
  }
  if (!(await loadModule(name))) throw new Error('modprobe could not load it');
}

async function readAddress(links: Links, device: string, address: Address): Promise<SettingState> {
  const link = await links.link(device);
  const found = (await links.addresses()).find(
    (candidate) => candidate.index === link?.index && candidate.address === address,
  );
  if (!found) return ABSENT;
  if (found.duplicate) return { value: 'in use on another host' };
  const whole = found.prefixLength === (familyOf(address) === 'inet' ? 32 : 128);
  if (!whole) return { value: `present with prefix length ${found.prefixLength}` };
  return { value: found.deprecated ? 'present, deprecated' : 'present' };
}

/** Waits until duplicate address detection is through: until then the address is not used. */
async function awaitUnique(links: Links, index: number, address: Address): Promise<void> {
  for (let waited = 0; waited < DETECTION_LIMIT; waited += PAUSE) {
    const found = (await links.addresses()).find(
      (candidate) => candidate.index === index && candidate.address === address,
    );
    if (!found) throw new Error('the kernel took it away again');
    if (found.duplicate) throw new Error('another host on the segment has this address');
    if (!found.tentative) return;
    await sleep(PAUSE);
  }
  throw new Error('duplicate address detection does not come to an end');
}

async function readHalfRoute(links: Links, half: Address): Promise<SettingState> {
  const found = (await links.routes()).find(
    ({ destination, prefixLength, family }) =>
      destination === half && prefixLength === 1 && family === familyOf(half),
  );
  if (!found) return ABSENT;
  const device = (await links.links()).find(({ index }) => index === found.index)?.name ?? '?';
  return { value: `via ${found.gateway ?? 'no gateway'} on ${device}` };
}

async function requireLink(links: Links, name: string) {
  const link = await links.link(name);
  if (!link) throw new Error('there is no such device');
  return link;
}
