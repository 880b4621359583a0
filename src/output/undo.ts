import { isForwarding } from '../plan/host/director.ts';
import { type Setting, type SettingState, settingKey, stateText } from '../settings/index.ts';
import { type Format, renderJson } from './json.ts';
import { alignColumns } from './table.ts';

/** What `down` did, or with `dryRun` would do. */
export interface UndoReport {
  readonly dryRun: boolean;
  /** Keys of the targets that are, or would be, gone. */
  readonly owners: readonly string[];
  readonly restored: readonly {
    readonly setting: Setting;
    readonly from: SettingState;
    readonly to: SettingState;
  }[];
  readonly left: readonly {
    readonly setting: Setting;
    readonly now: SettingState;
    readonly set: SettingState;
  }[];
  /** Targets that stay for their live connections, and how many these are. */
  readonly live: ReadonlyMap<string, number>;
}

export function renderUndo(report: UndoReport, format: Format): string {
  const { dryRun, owners } = report;
  const restored = report.restored.map(({ setting, from, to }) => ({
    what: settingKey(setting),
    from: stateText(setting, from),
    to: stateText(setting, to),
  }));
  const left = report.left.map(({ setting, now, set }) => ({
    what: settingKey(setting),
    now: stateText(setting, now),
    set: stateText(setting, set),
  }));
  const notes = [...report.live].map(
    ([owner, count]) =>
      `${owner}: no new connections; ${count} live ${count === 1 ? 'one keeps' : 'ones keep'} what it takes. Say this again when they have ended, or --wait SECONDS, or --now to cut them`,
  );
  if (report.restored.some(({ setting }) => isForwarding(setting))) {
    notes.push(
      `this host ${dryRun ? 'would forward' : 'forwards'} packets no longer, as before \`up\`; what else relies on it by now (containers, a VPN) needs --keep-forwarding, or sysctl -w net.ipv4.ip_forward=1 (IPv6: net.ipv6.conf.all.forwarding=1)`,
    );
  }
  if (format === 'json') {
    return renderJson({ dryRun, owners, restored, left, ...(notes.length > 0 && { notes }) });
  }
  if (owners.length === 0 && notes.length === 0) return 'nothing to undo\n';
  const untouched = owners.length > 0 && restored.length === 0 && left.length === 0;
  return [
    ...owners.map((owner) => `${dryRun ? 'would take down' : 'took down'} ${owner}`),
    ...alignColumns(restored.map(({ what, from, to }) => [`* ${what}`, `${from} -> ${to}`])),
    ...left.map(({ what, now, set }) => `left ${what} as it is: ${now}; lvsadm had made it ${set}`),
    ...(untouched
      ? ['nothing was put back: by the record, all that was needed was there before `up`, and stays']
      : []),
    ...notes,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
