import { type Format, renderJson } from './json.ts';

export interface TargetStatus {
  readonly owner: string;
  /** The words of `up` that ask for it. */
  readonly words: readonly string[];
  /** Empty when all is well. */
  readonly problems: readonly string[];
  /** The command that mends them. */
  readonly mend: string;
}

export function renderStatus(role: string, statuses: readonly TargetStatus[], format: Format): string {
  if (format === 'json') {
    return renderJson({
      role,
      prepared: statuses.length > 0 && statuses.every(({ problems }) => problems.length === 0),
      targets: statuses.map(({ owner, words, problems, mend }) => ({
        owner,
        options: words,
        prepared: problems.length === 0,
        problems,
        ...(problems.length > 0 ? { mend } : {}),
      })),
    });
  }
  if (statuses.length === 0) return `this host is not prepared as a ${role}\n`;
  const lines = statuses.flatMap(({ owner, words, problems, mend }) =>
    problems.length === 0
      ? [`${owner}: prepared (${words.join(' ')})`]
      : [`${owner}: not prepared`, ...problems.map((problem) => `  ${problem}`), `  mend with: ${mend}`],
  );
  return `${lines.join('\n')}\n`;
}
