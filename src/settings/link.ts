import { type Address, parseAddress } from '../model/address.ts';
import { isDeviceName } from '../model/device.ts';
import { literal, object, text, textOf } from '../model/shape.ts';
import type { Doors } from './doors.ts';
import { ABSENT, type Kind, SettingFailure } from './kind.ts';

/** A tunnel device of a kind of the kernel's, such as `ipip`; with `local`, made for packets to that address. */
export interface LinkSetting {
  readonly kind: 'link';
  readonly device: string;
  readonly type: string;
  readonly local?: Address;
}

export interface LinkUpSetting {
  readonly kind: 'link-up';
  readonly device: string;
}

export interface LinkPresent {
  readonly is: 'present';
}

export interface LinkState {
  readonly is: 'up' | 'down';
}

export const device = textOf((name) => (isDeviceName(name) ? name : undefined));

const PRESENT: LinkPresent = { is: 'present' };

export const link: Kind<LinkSetting, LinkPresent> = {
  key: ({ device }) => `device ${device}`,
  wanted: () => PRESENT,
  suffices: (_setting, { is }) => is === 'present',
  read: async (setting, { links }) => ((await links.link(setting.device)) ? PRESENT : ABSENT),
  async put({ device, type, local }, { is }, { links }) {
    if (is === 'present') {
      await links.create(device, type, local);
      return;
    }
    const found = await links.link(device);
    if (found) await links.delete(found.index);
  },
  text: ({ is }) => is,
  parse: (word) => (word === 'present' ? PRESENT : word === 'absent' ? ABSENT : undefined),
  setting: object(
    { kind: literal('link'), device, type: text(/^[a-z0-9]{1,15}$/) },
    { local: textOf(parseAddress) },
  ),
  state: object({ is: literal('present') }),
};

export const linkUp: Kind<LinkUpSetting, LinkState> = {
  key: (setting) => `state of ${setting.device}`,
  wanted: () => ({ is: 'up' }),
  suffices: (_setting, { is }) => is === 'up',
  async read(setting, { links }) {
    const found = await links.link(setting.device);
    return found ? { is: found.up ? 'up' : 'down' } : ABSENT;
  },
  async put(setting, { is }, { links }) {
    const found = await links.link(setting.device);
    if (found) await links.setUp(found.index, is === 'up');
    else if (is === 'up') throw new SettingFailure('there is no such device');
  },
  text: ({ is }) => is,
  parse: (word) => (word === 'up' || word === 'down' ? { is: word } : word === 'absent' ? ABSENT : undefined),
  setting: object({ kind: literal('link-up'), device }),
  state: object({ is: literal('up', 'down') }),
};

/** The device; rejects when there is none. */
export async function requireLink({ links }: Doors, name: string) {
  const found = await links.link(name);
  if (!found) throw new SettingFailure('there is no such device');
  return found;
}
