import { renderUndo } from '../output/undo.ts';
import { PlanRefusal } from '../plan/refusal.ts';
import type { World } from '../process/world.ts';
import { undo } from './apply.ts';
import { EXIT } from './exit-codes.ts';
import { takeHostLock } from './host-lock.ts';
import { openJournal } from './open-journal.ts';
import { unpersist } from './persist.ts';
import type { CommonOptions, Role } from './role.ts';
import { takeDown } from './take-down.ts';

/** Puts back what was there before the owners of these names came up; all of the role's when none is named. */
export async function down(
  role: Role,
  names: readonly string[],
  options: CommonOptions,
  world: World,
): Promise<number> {
  if (options.root !== undefined) return unpersist(role, names, options, world);
  const lock = options.dryRun ? undefined : await takeHostLock(role, world);
  const machine = await world.openHost();
  try {
    const journal = await openJournal(options.stateDir);
    const owners = [...journal.owners.keys()].filter((owner) =>
      names.length === 0 ? owner.startsWith(`${role.name} `) : names.includes(owner),
    );
    if (options.dryRun) {
      const planned = journal.entries
        .filter((entry) => entry.owners.every((owner) => owners.includes(owner)))
        .reverse();
      world.stdout.write(renderUndo({ dryRun: true, owners, planned }, options.json ? 'json' : 'text'));
      return planned.length > 0 && options.exitCode ? EXIT.wouldChange : EXIT.ok;
    }
    if (owners.length > 0 && !(await machine.mayChange())) {
      throw new PlanRefusal(`only root (CAP_NET_ADMIN) may take a ${role.name} down`);
    }
    const { drain } = role;
    const { restored, left, notes } = drain
      ? await takeDown(machine, journal, { ...role, drain }, owners, options)
      : { ...(await undo(machine, journal, owners)), notes: [] };
    const gone = owners.filter((owner) => !journal.owners.has(owner));
    const report = { dryRun: false, owners: gone, restored, left, notes } as const;
    world.stdout.write(renderUndo(report, options.json ? 'json' : 'text'));
    if (options.persist) await unpersist(role, names, options, world);
    return gone.length < owners.length ? EXIT.unfinished : EXIT.ok;
  } finally {
    await lock?.release();
    await machine.close();
  }
}
