import { literal, object, text } from '../model/shape.ts';
import { ABSENT, type Kind, SettingFailure } from './kind.ts';

/** A module, or the same built into the kernel. */
export interface ModuleSetting {
  readonly kind: 'module';
  readonly name: string;
}

/** `unknown`: this system has no list of the kernel's modules, and the kernel does not show it: it may be built in. */
export interface ModuleFound {
  readonly is: 'loaded' | 'unknown';
}

const LOADED: ModuleFound = { is: 'loaded' };
const UNKNOWN: ModuleFound = { is: 'unknown' };

export const module: Kind<ModuleSetting, ModuleFound> = {
  key: ({ name }) => `module ${name}`,
  wanted: () => LOADED,
  // Where it is not known, the kernel is asked by using it: it has it, loads it by itself, or says why not.
  suffices: (_setting, { is }) => is !== 'absent',
  async read({ name }, { modules }) {
    const state = await modules.state(name);
    return state === 'loaded' ? LOADED : state === 'unknown' ? UNKNOWN : ABSENT;
  },
  async put({ name }, { is }, { modules }) {
    if (is === 'absent') await modules.unload(name);
    else if (!(await modules.load(name))) throw new SettingFailure('modprobe could not load it');
  },
  text: ({ is }) => (is === 'unknown' ? 'not known' : is),
  parse: (word) =>
    word === 'loaded' ? LOADED : word === 'not known' ? UNKNOWN : word === 'absent' ? ABSENT : undefined,
  setting: object({ kind: literal('module'), name: text(/^[a-z0-9_]{1,55}$/) }),
  state: object({ is: literal('loaded', 'unknown') }),
};
