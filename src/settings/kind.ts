import { knownByName } from '../model/known-by-name.ts';
import type { Shape } from '../model/shape.ts';
import type { Doors } from './doors.ts';

/** There is no such thing, with all that would be in it. */
export interface Absent {
  readonly is: 'absent';
}

export const ABSENT: Absent = { is: 'absent' };

/** One of the kinds of things that a host is prepared with: everything about it, in one file. */
export interface Kind<S extends { readonly kind: string }, T extends { readonly is: string }> {
  /** The name of the thing that a setting is about; equal names are the same thing. Journals keep it. */
  key(setting: S): string;
  /** The state that it is put into. */
  wanted(setting: S): T;
  /** Whether a state will do. */
  suffices(setting: S, state: T | Absent): boolean;
  /** Why a state that will not do must not be overwritten: somebody else's. `undefined` when it may be. */
  occupied?(setting: S, state: T | Absent): string | undefined;
  /** Whether a state that is neither what we set nor what was before is ours to undo all the same. */
  ours?(state: T | Absent): boolean;
  read(setting: S, doors: Doors): Promise<T | Absent>;
  /** Rejects with the system's error, netlink's or nft's. */
  put(setting: S, state: T | Absent, doors: Doors): Promise<void>;
  /** A state in words; two states with the same words are the same. */
  text(state: T | Absent): string;
  /** The opposite: what journals of version 1 have. */
  parse(text: string): T | Absent | undefined;
  /** What a journal may have. */
  readonly setting: Shape<S>;
  readonly state: Shape<T>;
}

/** Why a thing of this host cannot be changed: a sentence. */
export class SettingFailure extends Error {
  override readonly name = 'SettingFailure';
  static override readonly [Symbol.hasInstance] = knownByName('SettingFailure');
}
