import { effectiveValue, stateText } from '../../settings/index.ts';
import type { Step } from './steps.ts';

/** What is wrong with a host, a sentence each: everything that `up` would change, and what comes of it. */
export function findProblems(steps: readonly Step[]): string[] {
  return steps.filter(({ changed }) => changed).map(problem);
}

function problem({ setting, what, before, after, why }: Step): string {
  if (setting.kind === 'sysctl' && before.is === 'value') {
    const effective = effectiveValue(setting, before);
    const by = effective !== before.value ? ` (${setting.largerOf} has it so)` : '';
    return `${setting.path} is in effect ${effective}${by}, not ${setting.accepts.join(' or ')}: ${why}`;
  }
  return `${what} is ${stateText(setting, before)}, not ${stateText(setting, after)}: ${why}`;
}
