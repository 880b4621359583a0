import { oneOf, type Shape } from '../model/shape.ts';
import { address } from './address.ts';
import type { Doors } from './doors.ts';
import { guePort } from './gue-port.ts';
import { halfRoute } from './half-route.ts';
import type { Absent, Kind } from './kind.ts';
import { link, linkUp } from './link.ts';
import { module } from './module.ts';
import { nftPool } from './nft-pool.ts';
import { nftService } from './nft-service.ts';
import { nftTable } from './nft-table.ts';
import { sysctl } from './sysctl.ts';

/** Every kind there is. Another one is a file like theirs, and a line here. */
const KINDS = {
  sysctl,
  module,
  link,
  'link-up': linkUp,
  address,
  'gue-port': guePort,
  'half-route': halfRoute,
  'nft-table': nftTable,
  'nft-pool': nftPool,
  'nft-service': nftService,
};

type AnyKind = (typeof KINDS)[keyof typeof KINDS];
type SettingOf<K> = K extends Kind<infer S, infer _> ? S : never;
type StateOf<K> = K extends Kind<infer _, infer T> ? T : never;

/** One thing of this host that must be so. What it is now, and what it was, is a `SettingState`. */
export type Setting = SettingOf<AnyKind>;

export type SettingState = Absent | StateOf<AnyKind>;

/** A setting and its state are of one kind: who has both got them from here. */
function kindOf({ kind }: Setting): Kind<Setting, SettingState> {
  return KINDS[kind] as unknown as Kind<Setting, SettingState>;
}

/** A setting and why it is needed: one sentence for the operator. */
export interface Need {
  readonly setting: Setting;
  readonly why: string;
}

/** The name of the thing that a setting is about; equal names are the same thing. */
export const settingKey = (setting: Setting): string => kindOf(setting).key(setting);
/** The state that a setting is put into. */
export const wantedState = (setting: Setting): SettingState => kindOf(setting).wanted(setting);
/** Whether a state will do. */
export const isSatisfied = (setting: Setting, state: SettingState): boolean =>
  kindOf(setting).suffices(setting, state);
/** Why a state that will not do must not be overwritten, or `undefined`. */
export const findOccupied = (setting: Setting, state: SettingState): string | undefined =>
  kindOf(setting).occupied?.(setting, state);
/** Whether a state that is neither what was set nor what was before may be undone. */
export const isOurs = (setting: Setting, state: SettingState): boolean =>
  kindOf(setting).ours?.(state) ?? false;
/** A state in words. */
export const stateText = (setting: Setting, state: SettingState): string => kindOf(setting).text(state);
/** Whether two states of a setting are one. */
export const isSameState = (setting: Setting, a: SettingState, b: SettingState): boolean =>
  stateText(setting, a) === stateText(setting, b);
/** The opposite of `stateText`. */
export const parseState = (setting: Setting, text: string): SettingState | undefined =>
  kindOf(setting).parse(text);

/** What a setting is now. Rejects with the system's error, netlink's or nft's. */
export const readSetting = (setting: Setting, doors: Doors): Promise<SettingState> =>
  kindOf(setting).read(setting, doors);
/** Puts a setting into a state that it may have: the wanted one, or the one it had before. */
export const putSetting = (setting: Setting, state: SettingState, doors: Doors): Promise<void> =>
  kindOf(setting).put(setting, state, doors);

/** Any setting, as a journal has it. */
export const settingShape: Shape<Setting> = oneOf<Setting>(
  ...Object.values(KINDS).map(({ setting }) => setting as Shape<Setting>),
);

/** A state of a setting, as a journal has it. */
export function readState(setting: Setting, value: unknown): SettingState | undefined {
  const isAbsent = typeof value === 'object' && value !== null && 'is' in value && value.is === 'absent';
  if (isAbsent) return Object.keys(value).length === 1 ? { is: 'absent' } : undefined;
  return kindOf(setting).state(value) as SettingState | undefined;
}

export { effectiveValue, type SysctlSetting } from './sysctl.ts';
