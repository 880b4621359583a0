import {
  isSatisfied,
  type Need,
  type Setting,
  type SettingState,
  settingKey,
  wantedState,
} from '../../model/setting.ts';
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
  if (!satisfied) refuseOccupied(setting, before);
  const after = satisfied ? before : wantedState(setting);
  return { setting, what: settingKey(setting), before, after, changed: !satisfied, why, owners };
}

/** Whatever is there and is another thing than ours belongs to somebody else. */
function refuseOccupied(setting: Setting, before: SettingState): void {
  switch (setting.kind) {
    case 'sysctl': {
      const put = { ...before, value: setting.value };
      if (before.value !== 'absent' && !isSatisfied(setting, put)) {
        throw new PlanRefusal(
          `${setting.largerOf} is ${before.other}, which outdoes what ${setting.path} is set to`,
        );
      }
      return;
    }
    case 'address':
      if (before.value === 'absent' || before.value === 'present') return;
      throw new PlanRefusal(`${settingKey(setting)} is ${before.value}`);
    case 'gue-port':
    case 'half-route':
      if (before.value === 'absent') return;
      throw new PlanRefusal(`${settingKey(setting)} is in use: ${before.value}`);
    case 'nft-table':
      if (before.value === 'absent') return;
      throw new PlanRefusal(
        `${settingKey(setting)} is ${before.value}; \`nft delete table inet lvsadm\` removes it`,
      );
    case 'nft-pool':
      // Other addresses of the same service are what a change of them starts from.
      if (!before.value.startsWith('for ')) return;
      throw new PlanRefusal(`the mark of ${settingKey(setting)} is taken: it is ${before.value}`);
    case 'module':
    case 'link':
    case 'link-up':
    case 'nft-service':
      return;
  }
}
