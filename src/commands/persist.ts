import { findProgram, NAMED_PROGRAM, removePersisted, writePersisted } from '../host/persistence.ts';
import type { Need } from '../model/setting.ts';
import type { World } from '../process/world.ts';
import { EXIT } from './exit-codes.ts';
import type { CommonOptions, Role, Target } from './role.ts';

/** Writes, for each target, a unit that prepares it at boot, and what it needs of settings as a sysctl fragment. */
export async function persist(
  role: Role,
  targets: readonly Target[],
  needs: (target: Target) => readonly Need[],
  { root, json }: CommonOptions,
  world: World,
): Promise<number> {
  const program = root === undefined ? await findProgram() : NAMED_PROGRAM;
  const written: string[] = [];
  for (const target of targets) {
    const settings = needs(target).flatMap(({ setting }) => (setting.kind === 'sysctl' ? [setting] : []));
    const { owner, words } = target;
    const persisted = { role: role.name, program, name: owner, words, settings };
    written.push(...(await writePersisted(root ?? '/', persisted)));
  }
  if (!json) world.stdout.write(written.map((path) => `wrote ${path}\n`).join(''));
  return EXIT.ok;
}

/** Removes the files of the owners of these names; of all of the role's when none is named. */
export async function unpersist(
  role: Role,
  names: readonly string[],
  { root = '/', json }: CommonOptions,
  world: World,
): Promise<number> {
  const removed = await removePersisted(root, role.name, names);
  if (!json) world.stdout.write(removed.map((path) => `removed ${path}\n`).join(''));
  return EXIT.ok;
}
