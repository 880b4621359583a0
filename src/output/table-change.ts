import { type Change, formatChange } from '../model/change.ts';
import { formatEndpoint } from '../model/endpoint.ts';
import { formatServiceId } from '../model/service.ts';
import type { ChangeReport, Load } from '../plan/table/report.ts';
import { renderJson } from './json.ts';

/** What `apply` did. */
export interface ApplyReport extends ChangeReport {
  /** What putting the table back did, after a refusal. */
  readonly rollback: ChangeReport | undefined;
  /** What is due again in the end, because somebody else changed the table. */
  readonly undone: readonly Change[];
  /** What there is besides the documents. */
  readonly strangers: readonly string[];
}

/** One JSON document; `docs/json.md` tells its shape. */
export function renderApplyJson(report: ApplyReport): string {
  const { done, rollback, undone, strangers } = report;
  return renderJson({
    dryRun: false,
    changed: done.length > 0,
    ...changeReportJson(report),
    rollback: rollback ? changeReportJson(rollback) : null,
    undone: undone.map(changeJson),
    strangers,
  });
}

/** What `apply --dry-run --json` and `diff --json` print. */
export function renderPlannedJson(changes: readonly Change[], strangers: readonly string[]): string {
  return renderJson({
    dryRun: true,
    changed: changes.length > 0,
    changes: changes.map(changeJson),
    strangers,
  });
}

function changeReportJson({ done, refused, busy, notTried, interrupted }: ChangeReport): object {
  return {
    changes: done.map(changeJson),
    refused: refused.map(({ change, code, reason }) => ({ ...changeJson(change), code, reason })),
    notTried: notTried.map(changeJson),
    busy: busy.map(({ service, destination, active, inactive, persistent }) => ({
      service: formatServiceId(service),
      destination: formatEndpoint(destination),
      activeConnections: active,
      inactiveConnections: inactive,
      persistentConnections: persistent,
    })),
    interrupted,
  };
}

function changeJson(change: Change): object {
  return { text: formatChange(change), ...change };
}

/** Lines for people. */
export function renderApplyText(report: ApplyReport): string {
  const { done, rollback } = report;
  const lines = [
    ...done.map(formatChange),
    ...changeProblems(report),
    ...report.undone.map((change) => `due again: ${formatChange(change)}`),
  ];
  if (done.length === 0 && lines.length === 0) lines.push('nothing to do');
  if (rollback) {
    lines.push(
      'the table is put back:',
      ...rollback.done.map((change) => `  ${formatChange(change)}`),
      ...changeProblems(rollback),
    );
  }
  return `${lines.join('\n')}\n`;
}

function changeProblems({ refused, busy, notTried, interrupted }: ChangeReport): string[] {
  return [
    ...refused.map(({ reason }) => `refused: ${reason}`),
    ...notTried.map((change) => `not done: ${formatChange(change)}`),
    ...busy.map(({ service, destination, ...counts }) => {
      const where = `${formatEndpoint(destination)} of ${formatServiceId(service)}`;
      return `left at weight 0: ${where} still has ${connectionsText(counts)}`;
    }),
    ...(interrupted ? ['interrupted'] : []),
  ];
}

/** `2 active, 5 inactive and 0 persistent connections` */
export function connectionsText({ active, inactive, persistent }: Load): string {
  return `${active} active, ${inactive} inactive and ${persistent} persistent connections`;
}
