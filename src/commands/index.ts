import type { World } from '../process/world.ts';

/** A subcommand: takes the words after its name, writes to the world's streams, resolves to the exit code. */
export interface Subcommand {
  run(words: string[], world: World): Promise<number>;
}

/** Subcommands by their names, each loaded only when it is used. */
export const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  realserver: () => import('./realserver/realserver.ts'),
  director: () => import('./director/director.ts'),
  fullnat: () => import('./fullnat/fullnat.ts'),
  apply: () => import('./apply/apply.ts'),
  diff: () => import('./diff/diff.ts'),
  export: () => import('./export/export.ts'),
  drain: () => import('./drain/drain.ts'),
  ramp: () => import('./ramp/ramp.ts'),
  doctor: () => import('./doctor/doctor.ts'),
  explain: () => import('./explain/explain.ts'),
};
