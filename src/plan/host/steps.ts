import {
  findOccupied,
  isSatisfied,
  type Need,
  type Setting,
  type SettingState,
  settingKey,
  wantedState,
} from '../../settings/index.ts';
import { PlanRefusal } from '../refusal.ts';

/** One line of a plan: a thing, what it is, what it will be, and on whose behalf. */
export interface Step {
  readonly setting: Setting;
  readonly what: string;
  readonly before: SettingState;
  readonly after: SettingState;
  readonly changed: boolean;
  readonly why: string;
  readonly owners: readonly string[];
}

/** Needs of several owners, each thing once and with all who need it, in the order of their first mention. */
export function mergeNeeds(needs: ReadonlyMap<string, readonly Need[]>): (Need & { owners: string[] })[] {
  const merged = new Map<string, Need & { owners: string[] }>();
  for (const [owner, list] of needs) {
    for (const need of list) {
      const key = settingKey(need.setting);
      const known = merged.get(key);
      if (known) known.owners.push(owner);
      else merged.set(key, { ...need, owners: [owner] });
    }
  }
  return [...merged.values()];
}

/** What a need comes to, given what is. Throws a PlanRefusal for a state that must not be overwritten. */
export function planStep(
  { setting, why, owners }: Need & { owners: readonly string[] },
  before: SettingState,
): Step {
  const satisfied = isSatisfied(setting, before);
  const occupied = satisfied ? undefined : findOccupied(setting, before);
  if (occupied !== undefined) throw new PlanRefusal(occupied, 'occupied');
  const after = satisfied ? before : wantedState(setting);
  return { setting, what: settingKey(setting), before, after, changed: !satisfied, why, owners };
}
