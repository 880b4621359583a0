import type { Host } from '../../host/host.ts';
import type { Step } from '../../plan/host/steps.ts';
import {
  isOurs,
  isSameState,
  isSatisfied,
  type Setting,
  type SettingState,
  settingKey,
} from '../../settings/index.ts';
import type { JournalEntry } from '../../syntax/journal.ts';
import { hostFailure } from './failure.ts';
import type { Journal } from './journal.ts';

/** Something that was put back. */
export interface Restored {
  readonly setting: Setting;
  readonly from: SettingState;
  readonly to: SettingState;
}

/** Something that was left as it is, because it is no longer what lvsadm made it. */
export interface Left {
  readonly setting: Setting;
  readonly now: SettingState;
  readonly set: SettingState;
}

/** What came of undoing. */
export interface Undone {
  readonly restored: readonly Restored[];
  readonly left: readonly Left[];
}

/**
 * Makes the steps so, each recorded before it is done. A step may turn out to be done already, by one before it (a
 * module brings its device). Returns the steps as they came out. Rejects with a HostFailure at the first that fails.
 */
export async function carryOut(
  host: Host,
  journal: Journal,
  steps: readonly Step[],
  onStep: (step: Step) => void = () => {},
): Promise<Step[]> {
  const done: Step[] = [];
  for (const step of steps) {
    const { setting } = step;
    const before = await host.read(setting);
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
        await host.put(setting, step.after);
      } catch (error) {
        throw hostFailure(error, `cannot set ${step.what}`);
      }
    }
    const came = { ...step, before, after: satisfied ? before : step.after, changed: !satisfied };
    done.push(came);
    onStep(came);
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
  const stays =
    missing.length === 0 && (isSameState(setting, known.set, after) || isSatisfied(setting, before));
  return stays ? known : { ...known, setting, set: after, owners: [...known.owners, ...missing] };
}

/**
 * Takes owners out of the journal: what only they needed goes back to what it was, last change first. What somebody
 * else changed meanwhile is left as it is. Each act is done before it is struck from the journal, and may be repeated.
 */
export async function undoAll(host: Host, journal: Journal, owners: readonly string[]): Promise<Undone> {
  const undone = await release(host, journal, owners);
  for (const owner of owners) journal.deleteTarget(owner);
  await journal.save();
  return undone;
}

/** The same for some of their settings; the owners stay on record. */
export async function release(
  host: Host,
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
      await restore(host, entry, restored, left);
      journal.delete(entry.setting);
    }
    await journal.save();
  }
  return { restored, left };
}

async function restore(
  host: Host,
  { setting, before, set }: JournalEntry,
  restored: Restored[],
  left: Left[],
): Promise<void> {
  const now = await host.read(setting);
  if (now.is === 'absent' && before.is !== 'absent') return;
  const isBack = isSameState(setting, now, before);
  if (!isBack && !isSameState(setting, now, set) && !isOurs(setting, now)) {
    left.push({ setting, now, set });
    return;
  }
  // The files alongside may be halfway even when this one is back.
  if (isBack && !('alongside' in before && before.alongside)) return;
  try {
    await host.put(setting, before);
  } catch (error) {
    throw hostFailure(error, `cannot put back ${settingKey(setting)}`, '; run `down` again');
  }
  const after = await host.read(setting);
  if (!isSameState(setting, after, before)) left.push({ setting, now: after, set });
  else if (!isBack) restored.push({ setting, from: now, to: before });
}

/** The value that counts besides is not ours to put back. */
function withoutOther(state: SettingState): SettingState {
  if (state.is !== 'value') return state;
  const { other: _, ...own } = state;
  return own;
}
