import { type Finding, SEVERITIES } from '../model/finding.ts';
import type { Rule } from '../plan/doctor/rule.ts';
import { type Format, renderJson } from './json.ts';
import type { Paint } from './paint.ts';
import { alignColumns } from './table.ts';

/** What the doctor says. */
export interface Examined {
  readonly findings: readonly Finding[];
  /** What the host was taken for: `a director of 2 services`. */
  readonly roles: readonly string[];
  /** How many rules were asked. */
  readonly rules: number;
  /** What could not be looked at. */
  readonly unknown: readonly string[];
}

/** Blocks for people, and a line that counts them; or one JSON document, whose shape `docs/json.md` tells. */
export function renderExamination(examination: Examined, format: Format, paint: Paint): string {
  const { findings, roles, rules, unknown } = examination;
  if (format === 'json') {
    return renderJson({
      worst: findings[0]?.severity ?? null,
      // `mend` is what `fix` was called; it goes with the next version.
      findings: findings.map(({ advice = null, ...finding }) => ({ ...finding, mend: finding.fix, advice })),
      roles,
      rules,
      unknown,
    });
  }
  return [
    ...findings.flatMap((finding) => [...block(finding, paint), '']),
    ...unknown.map((sentence) => `not looked at: ${sentence}`),
    roles.length > 0
      ? `looked at as ${roles.join(' and ')}`
      : 'this host is no director, and no real server that can be told; say so with --vip or --director',
    summary(findings, rules, unknown.length === 0),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The rules by name, with what each looks for. */
export function renderRules(rules: readonly Pick<Rule, 'name' | 'about'>[], format: Format): string {
  if (format === 'json') return renderJson({ rules: rules.map(({ name, about }) => ({ name, about })) });
  return `${alignColumns(rules.map(({ name, about }) => [name, about])).join('\n')}\n`;
}

function block({ rule, severity, subject, seen, why, fix, advice }: Finding, paint: Paint): string[] {
  const colour = { error: paint.removed, warning: paint.heading, hint: paint.faint }[severity];
  return [
    `${colour(severity.toUpperCase())} ${subject}: ${seen} ${paint.faint(`[${rule}]`)}`,
    `  why:    ${why}`,
    ...fix.map((line, index) => `  ${index === 0 ? 'fix:   ' : '       '} ${line}`),
    ...(advice === undefined ? [] : [`  ${fix.length === 0 ? 'fix:   ' : 'also:  '} ${advice}`]),
  ];
}

function summary(findings: readonly Finding[], rules: number, isWhole: boolean): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [plural(count, severity)];
  });
  const found = counts.length === 0 ? 'nothing found' : counts.join(', ');
  return `${found}${isWhole ? '' : ' in what could be looked at'} (${plural(rules, 'rule')})`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
