import { type Setting, type SettingState, settingKey } from '../model/setting.ts';
import { type Format, renderJson } from './json.ts';
import { alignColumns } from './table.ts';

/** What `down` did, or with `dryRun` would do. */
export type UndoReport =
  | {
      readonly dryRun: true;
      readonly owners: readonly string[];
      readonly planned: readonly {
        readonly setting: Setting;
        readonly before: SettingState;
        readonly set: SettingState;
      }[];
    }
  | {
      readonly dryRun: false;
      readonly owners: readonly string[];
      readonly restored: readonly { readonly what: string; readonly from: string; readonly to: string }[];
      readonly left: readonly { readonly what: string; readonly now: string; readonly set: string }[];
      /** What came of it besides. */
      readonly notes?: readonly string[];
    };

export function renderUndo(report: UndoReport, format: Format): string {
  const restored = report.dryRun
    ? report.planned.map(({ setting, before, set }) => ({
        what: settingKey(setting),
        from: set.value,
        to: before.value,
      }))
    : report.restored;
  const left = report.dryRun ? [] : report.left;
  const notes = report.dryRun ? [] : (report.notes ?? []);
  if (format === 'json') {
    return renderJson({
      dryRun: report.dryRun,
      owners: report.owners,
      restored,
      left,
      ...(notes.length > 0 && { notes }),
    });
  }
  if (report.owners.length === 0 && notes.length === 0) return 'nothing to undo\n';
  return [
    ...report.owners.map((owner) => `${report.dryRun ? 'would take down' : 'took down'} ${owner}`),
    ...alignColumns(restored.map(({ what, from, to }) => [`* ${what}`, `${from} -> ${to}`])),
    ...left.map(({ what, now, set }) => `left ${what} as it is: ${now}; lvsadm had made it ${set}`),
    ...notes,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
