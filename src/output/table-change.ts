import { type Change, formatChange } from '../model/change.ts';
import type { DestinationId } from '../model/destination.ts';
import { formatEndpoint } from '../model/endpoint.ts';
import { formatServiceId, type ServiceId } from '../model/service.ts';
import { renderJson } from './json.ts';

/** A destination that was to go and stays, at weight 0, because it has connections. */
export interface BusyDestination {
  readonly service: ServiceId;
  readonly destination: DestinationId;
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
}

/** A change that the kernel refused, and its reason. */
export interface RefusedChange {
  readonly change: Change;
  readonly reason: string;
}

/** What came of changing the table. */
export interface ChangeReport {
  readonly done: readonly Change[];
  readonly refused: readonly RefusedChange[];
  readonly busy: readonly BusyDestination[];
  /** Changes that were not tried. */
  readonly notTried: readonly Change[];
  readonly interrupted: boolean;
}

/** What `apply` did. */
export interface ApplyReport extends ChangeReport {
  /** What putting the table back did, after a refusal. */
  readonly rollback: ChangeReport | undefined;
  /** What there is besides the documents. */
  readonly strangers: readonly string[];
}

/** One JSON document; `docs/json.md` tells its shape. */
export function renderApplyJson(report: ApplyReport): string {
  const { done, rollback, strangers } = report;
  return renderJson({
    dryRun: false,
    changed: done.length > 0,
    ...changeReportJson(report),
    rollback: rollback ? changeReportJson(rollback) : null,
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
    refused: refused.map(({ change, reason }) => ({ ...changeJson(change), reason })),
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
  const lines = [...done.map(formatChange), ...changeProblems(report)];
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
export function connectionsText({
  active,
  inactive,
  persistent,
}: Pick<BusyDestination, 'active' | 'inactive' | 'persistent'>): string {
  return `${active} active, ${inactive} inactive and ${persistent} persistent connections`;
}
