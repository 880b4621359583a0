import { removePersisted, writePersisted } from '../host/persistence.ts';
import type { Step } from '../plan/steps.ts';
import { EXIT } from './exit-codes.ts';
import type { CommonOptions, Role, Target } from './role.ts';
import type { CommandWorld } from './world.ts';

/** Writes, for each target, a unit that prepares it at boot, and the settings as a sysctl fragment. */
export async function persist(
  role: Role,
  targets: readonly Target[],
  done: readonly Step[],
  { root = '/', json }: CommonOptions,
  world: CommandWorld,
): Promise<number> {
  const written: string[] = [];
  for (const { owner, words } of targets) {
    const settings = done
      .filter(({ owners }) => owners.includes(owner))
      .flatMap(({ setting, after }) =>
        setting.kind === 'sysctl' ? [{ path: setting.path, value: after.value }] : [],
      );
    written.push(...(await writePersisted(root, { role: role.name, name: owner, words, settings })));
  }
  if (!json) world.stdout.write(written.map((path) => `wrote ${path}\n`).join(''));
  return EXIT.ok;
}

/** Removes the files of the owners of these names; of all of the role's when none is named. */
export async function unpersist(
  role: Role,
  names: readonly string[],
  { root = '/', json }: CommonOptions,
  world: CommandWorld,
): Promise<number> {
  const removed = await removePersisted(root, role.name, names);
  if (!json) world.stdout.write(removed.map((path) => `removed ${path}\n`).join(''));
  return EXIT.ok;
}
