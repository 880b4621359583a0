import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal } from '../../../src/actions/host/journal.ts';
import { planUndo, undo } from '../../../src/actions/host/undo.ts';
import type { Host } from '../../../src/host/host.ts';
import { renderUndo } from '../../../src/output/undo.ts';
import type { SysctlSetting } from '../../../src/settings/index.ts';
import { type SettingState, settingKey } from '../../../src/settings/index.ts';

const FORWARD = sysctl('net/ipv4/ip_forward');
const NOTIFY = sysctl('net/ipv4/conf/eth0/arp_notify');
const KEY = 'director 10.0.0.100';

function sysctl(path: string): SysctlSetting {
  return { kind: 'sysctl', path, value: '1', accepts: ['1'] };
}

let folder: string;
let states: Map<string, SettingState>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lvsadm-undo-'));
  states = new Map([FORWARD, NOTIFY].map((setting) => [settingKey(setting), { is: 'value', value: '1' }]));
});
afterEach(() => rmSync(folder, { recursive: true }));

const host = {
  mayChange: async () => true,
  read: async (setting: SysctlSetting) => states.get(settingKey(setting)),
  put: async (setting: SysctlSetting, state: SettingState) => void states.set(settingKey(setting), state),
} as unknown as Host;

async function directing(): Promise<Journal> {
  const journal = await Journal.open(folder);
  journal.setTarget({
    role: 'director',
    director: { vip: '10.0.0.100', device: 'eth0', mode: 'nat', schedulers: ['rr'], oneLan: false },
  });
  const states = { before: { is: 'value', value: '0' }, set: { is: 'value', value: '1' } } as const;
  for (const setting of [FORWARD, NOTIFY]) journal.put({ setting, ...states, owners: [KEY] });
  return journal;
}

const now = () => [FORWARD, NOTIFY].map((setting) => states.get(settingKey(setting)));
const [OFF, ON] = ['0', '1'].map((value) => ({ is: 'value', value }));

it('turns forwarding off as it was before, and says what that means for others', async () => {
  const journal = await directing();
  const report = await undo(host, journal, [KEY]);
  expect(now()).toEqual([OFF, OFF]);
  const text = renderUndo({ dryRun: false, owners: report.gone, ...report }, 'text');
  expect(text).toContain('needs --keep-forwarding');
});

it('leaves forwarding on when asked to, and forgets that it was off', async () => {
  const journal = await directing();
  const options = { keepForwarding: true };
  expect(planUndo(journal, [KEY], options).map(({ setting }) => setting)).toEqual([NOTIFY]);
  const report = await undo(host, journal, [KEY], options);
  expect(now()).toEqual([ON, OFF]);
  expect(journal.entries).toEqual([]);
  expect(renderUndo({ dryRun: false, owners: report.gone, ...report }, 'text')).not.toContain('forward');
});

it('keeps forwarding on record for others who were prepared with it', async () => {
  const journal = await directing();
  const states = { before: { is: 'value', value: '0' }, set: { is: 'value', value: '1' } } as const;
  journal.put({ setting: FORWARD, ...states, owners: [KEY, 'director 10.0.0.101'] });
  await undo(host, journal, [KEY], { keepForwarding: true });
  expect(journal.entries).toMatchObject([{ setting: FORWARD, owners: ['director 10.0.0.101'] }]);
});

it('says so when nothing was put back', async () => {
  const report = { dryRun: false, owners: [KEY], restored: [], left: [], live: new Map() };
  expect(renderUndo(report, 'text')).toContain('nothing was put back');
});
