import { literal, object, text } from '../model/shape.ts';
import { ABSENT, type Kind, SettingFailure } from './kind.ts';

/** A module, or the same built into the kernel. */
export interface ModuleSetting {
  readonly kind: 'module';
  readonly name: string;
}

export interface ModuleLoaded {
  readonly is: 'loaded';
}

const LOADED: ModuleLoaded = { is: 'loaded' };

export const module: Kind<ModuleSetting, ModuleLoaded> = {
  key: ({ name }) => `module ${name}`,
  wanted: () => LOADED,
  suffices: (_setting, { is }) => is === 'loaded',
  read: async ({ name }, { modules }) => ((await modules.state(name)) === 'loaded' ? LOADED : ABSENT),
  async put({ name }, { is }, { modules }) {
    if (is === 'absent') await modules.unload(name);
    else if (!(await modules.load(name))) throw new SettingFailure('modprobe could not load it');
  },
  text: ({ is }) => is,
  parse: (word) => (word === 'loaded' ? LOADED : word === 'absent' ? ABSENT : undefined),
  setting: object({ kind: literal('module'), name: text(/^[a-z0-9_]{1,55}$/) }),
  state: object({ is: literal('loaded') }),
};
