import type { SubcommandName } from '../syntax/subcommands.ts';
import type { Subcommand } from './subcommand.ts';

/** Subcommands by their names, each loaded only when it is used. */
export const SUBCOMMANDS: Readonly<Record<SubcommandName, () => Promise<Subcommand>>> = {
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

/** Whether a word is the name of a subcommand. */
export function isSubcommand(word: string | undefined): word is SubcommandName {
  return word !== undefined && Object.hasOwn(SUBCOMMANDS, word);
}
