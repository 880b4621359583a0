import type { CommandWorld } from './world.ts';

/** A subcommand: takes the words after its name, writes to the world's streams, resolves to the exit code. */
export interface Subcommand {
  run(words: string[], world: CommandWorld): Promise<number>;
}

/** Subcommands by their names, each loaded only when it is used. */
export const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  realserver: () => import('./realserver.ts'),
  director: () => import('./director.ts'),
  fullnat: () => import('./fullnat.ts'),
  apply: () => import('./table-apply.ts'),
  diff: () => import('./table-diff.ts'),
  export: () => import('./table-export.ts'),
  drain: () => import('./drain-destination.ts'),
  ramp: () => import('./ramp.ts'),
  doctor: () => import('./doctor.ts'),
  explain: () => import('./explain.ts'),
};
