import type { SubcommandName } from '../syntax/subcommands.ts';
import type { Subcommand } from './subcommand.ts';

/** Subcommands by their names, each loaded only when it is used. */
export const SUBCOMMANDS: Readonly<Record<SubcommandName, () => Promise<Subcommand>>> = {
  realserver: () => import(/* apart */ './realserver/realserver.ts'),
  director: () => import(/* apart */ './director/director.ts'),
  fullnat: () => import(/* apart */ './fullnat/fullnat.ts'),
  apply: () => import(/* apart */ './apply/apply.ts'),
  diff: () => import(/* apart */ './diff/diff.ts'),
  import: () => import(/* apart */ './import/import.ts'),
  export: () => import(/* apart */ './export/export.ts'),
  drain: () => import(/* apart */ './drain/drain.ts'),
  ramp: () => import(/* apart */ './ramp/ramp.ts'),
  doctor: () => import(/* apart */ './doctor/doctor.ts'),
  explain: () => import(/* apart */ './explain/explain.ts'),
};

/** Whether a word is the name of a subcommand. */
export function isSubcommand(word: string | undefined): word is SubcommandName {
  return word !== undefined && Object.hasOwn(SUBCOMMANDS, word);
}
