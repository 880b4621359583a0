import type { Step } from '../plan/host/steps.ts';
import { stateText } from '../settings/index.ts';
import { type Format, renderJson } from './json.ts';
import { alignColumns } from './table.ts';

/** What `up` did, or with `dryRun` would do. */
export interface PlanReport {
  readonly dryRun: boolean;
  readonly steps: readonly Step[];
  /** What the operator should know besides. */
  readonly advice: readonly string[];
  /** What came of it besides the steps. */
  readonly notes: readonly string[];
}

/** Lines for people, changes marked `*`; or one JSON document. */
export function renderPlan(report: PlanReport, format: Format): string {
  return format === 'json' ? renderPlanJson(report) : renderPlanText(report);
}

function renderPlanText({ dryRun, steps, advice, notes }: PlanReport): string {
  const shown = dryRun ? steps : steps.filter(({ changed }) => changed);
  const columns = alignColumns(
    shown.map(({ setting, what, before, after, changed }) => [
      `${changed ? '*' : ' '} ${what}`,
      changed ? `${stateText(setting, before)} -> ${stateText(setting, after)}` : stateText(setting, before),
    ]),
  );
  const lines = columns.flatMap((line, index) => (dryRun ? [line, `    ${shown[index]!.why}`] : [line]));
  if (!steps.some(({ changed }) => changed)) lines.push('nothing to do');
  lines.push(...notes, ...advice.map((sentence) => `note: ${sentence}`));
  return `${lines.join('\n')}\n`;
}

function renderPlanJson({ dryRun, steps, advice, notes }: PlanReport): string {
  return renderJson({
    dryRun,
    changed: steps.some(({ changed }) => changed),
    steps: steps.map(({ setting, what, before, after, changed, why, owners }) => ({
      what,
      kind: setting.kind,
      before: stateText(setting, before),
      after: stateText(setting, after),
      changed,
      why,
      for: owners,
    })),
    advice,
    notes,
  });
}
