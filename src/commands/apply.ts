import type { Host } from '../host/host.ts';
import type { Journal, JournalEntry } from '../host/journal.ts';
import { isSatisfied, type Setting, type SettingState, settingKey } from '../model/setting.ts';
import type { Step } from '../plan/host/steps.ts';
import { MachineFailure } from './failure.ts';

/** Something that was left as it is, because it is no longer what lvsadm made it. */
export interface Left {
  readonly what: string;
  readonly now: string;
  readonly set: string;
}

/** What came of undoing. */
export interface Undone {
  readonly restored: Restored[];
  readonly left: Left[];
}

/** Something that was put back. */
export interface Restored {
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Makes the steps so, each recorded before it is done. A step may turn out to be done already, by one before it (a
 * module brings its device). Returns the steps as they came out. Rejects with a MachineFailure at the first that fails.
 */
export async function applySteps(machine: Host, journal: Journal, steps: readonly Step[]): Promise<Step[]> {
  const done: Step[] = [];
  for (const step of steps) {
    const { setting } = step;
    const before = await machine.read(setting);
    const satisfied = isSatisfied(setting, before);
    const known = journal.find(setting);
    if (known || !satisfied) {
      const entry = join(known, step, before);
      if (entry !== known) {
        journal.put(entry);
        await journal.save();
      }
    }
    if (!satisfied) {
      try {
        await machine.put(setting, step.after);
      } catch (error) {
        throw new MachineFailure(`cannot set ${step.what}: ${(error as Error).message}`, { cause: error });
      }
    }
    done.push({ ...step, before, after: satisfied ? before : step.after, changed: !satisfied });
  }
  return done;
}

/** The journal's entry for a step: what was there before the very first change stays on record. */
function join(
  known: JournalEntry | undefined,
  { setting, owners, after }: Step,
  before: SettingState,
): JournalEntry {
  if (!known) return { setting, before: withoutOther(before), set: after, owners };
  const missing = owners.filter((owner) => !known.owners.includes(owner));
  const stays = missing.length === 0 && (known.set.value === after.value || isSatisfied(setting, before));
  return stays ? known : { ...known, setting, set: after, owners: [...known.owners, ...missing] };
}

/**
 * Takes owners out of the journal: what only they needed goes back to what it was, last change first. What somebody
 * else changed meanwhile is left as it is. Each act is done before it is struck from the journal, and may be repeated.
 */
export async function undo(machine: Host, journal: Journal, owners: readonly string[]): Promise<Undone> {
  const undone = await release(machine, journal, owners);
  for (const owner of owners) journal.deleteOwner(owner);
  await journal.save();
  return undone;
}

/** The same for some of their settings; the owners stay on record. */
export async function release(
  machine: Host,
  journal: Journal,
  owners: readonly string[],
  which: (setting: Setting) => boolean = () => true,
): Promise<Undone> {
  const restored: Restored[] = [];
  const left: Left[] = [];
  for (const entry of [...journal.entries].reverse()) {
    if (!which(entry.setting)) continue;
    const others = entry.owners.filter((owner) => !owners.includes(owner));
    if (others.length === entry.owners.length) continue;
    if (others.length > 0) {
      journal.put({ ...entry, owners: others });
    } else {
      await restore(machine, entry, restored, left);
      journal.delete(entry.setting);
    }
    await journal.save();
  }
  return { restored, left };
}

async function restore(
  machine: Host,
  { setting, before, set }: JournalEntry,
  restored: Restored[],
  left: Left[],
): Promise<void> {
  const what = settingKey(setting);
  const now = await machine.read(setting);
  if (now.value === 'absent' && before.value !== 'absent') return;
  if (now.value !== set.value && now.value !== before.value) {
    // An address that was never unique is ours all the same.
    const neverUnique = setting.kind === 'address' && now.value === 'in use on another host';
    // In our own table all is ours; a change of it may have been interrupted.
    if (!neverUnique && !setting.kind.startsWith('nft-')) {
      left.push({ what, now: now.value, set: set.value });
      return;
    }
  }
  // The files alongside may be halfway even when this one is back.
  if (now.value === before.value && before.alongside === undefined) return;
  try {
    await machine.put(setting, before);
  } catch (error) {
    throw new MachineFailure(`cannot put back ${what}: ${(error as Error).message}; run \`down\` again`, {
      cause: error,
    });
  }
  const after = await machine.read(setting);
  if (after.value === before.value) {
    if (now.value !== before.value) restored.push({ what, from: now.value, to: before.value });
  } else {
    left.push({ what, now: after.value, set: set.value });
  }
}

function withoutOther({ other: _, ...state }: SettingState): SettingState {
  return state;
}
