import { type Role, type Target, targetKey } from '../plan/host/target.ts';
import { formatTarget, formatTargetCommand } from '../syntax/target/target.ts';
import { type Format, renderJson } from './json.ts';

/** Whether a host is as a target needs it. */
export interface TargetStatus {
  readonly target: Target;
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** What to prepare to have them fixed; `undefined` when that would be refused: the problem says what to do. */
  readonly fix: Target | undefined;
}

export function renderStatus(role: Role, statuses: readonly TargetStatus[], format: Format): string {
  if (format === 'json') {
    return renderJson({
      role,
      prepared: statuses.length > 0 && statuses.every(({ problems }) => problems.length === 0),
      targets: statuses.map(statusJson),
    });
  }
  if (statuses.length === 0) return `this host is not prepared as a ${role}\n`;
  return `${statuses.flatMap(statusLines).join('\n')}\n`;
}

/** `mend` is what `fix` was called; it goes with the next version. */
export function statusJson({ target, problems, fix }: TargetStatus) {
  return {
    owner: targetKey(target),
    options: formatTarget(target),
    prepared: problems.length === 0,
    problems,
    ...(problems.length > 0 && fix ? fixJson(fix) : {}),
  };
}

function fixJson(target: Target) {
  const fix = formatTargetCommand(target);
  return { fix, mend: fix };
}

export function statusLines({ target, problems, fix }: TargetStatus): string[] {
  const owner = targetKey(target);
  if (problems.length === 0) return [`${owner}: prepared (${formatTarget(target).join(' ')})`];
  return [
    `${owner}: not prepared`,
    ...problems.map((problem) => `  ${problem}`),
    ...(fix ? [`  fix: ${formatTargetCommand(fix)}`] : []),
  ];
}
