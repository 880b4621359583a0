import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/actions/host/journal.ts';
import { takeLock } from '../../../src/host/lock.ts';
import type { Target } from '../../../src/plan/host/target.ts';
import type { Setting } from '../../../src/settings/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lvsadm-journal-'));
});

const UP: Setting = { kind: 'link-up', device: 'tunl0' };
const ENTRY = {
  setting: UP,
  before: { is: 'down' },
  set: { is: 'up' },
  owners: ['realserver 10.0.0.1'],
} as const;
const TARGET: Target = { role: 'realserver', server: { mode: 'tun', vip: '10.0.0.1', tunnel: 'ipip' } };

describe('the journal', () => {
  it('is found again as it was saved', async () => {
    const journal = await Journal.open(folder);
    journal.setTarget(TARGET);
    journal.put(ENTRY);
    await journal.save();
    const again = await Journal.open(folder);
    expect(again.entries).toEqual([ENTRY]);
    expect(again.find({ kind: 'link-up', device: 'tunl0' })).toEqual(ENTRY);
    expect([...again.targets]).toEqual([['realserver 10.0.0.1', TARGET]]);
    expect(readFileSync(again.path, 'utf8')).toContain('\n  "changes": [\n');
  });

  it('keeps the order of changes, also when one is put anew', async () => {
    const journal = await Journal.open(folder);
    const other: Setting = { kind: 'link-up', device: 'lo' };
    journal.put(ENTRY);
    journal.put({ ...ENTRY, setting: other });
    journal.put({ ...ENTRY, owners: ['realserver 10.0.0.1', 'realserver 10.0.0.2'] });
    expect(journal.entries.map(({ setting }) => setting)).toEqual([UP, other]);
  });

  it('is no file when it is empty, nor a half-written one', async () => {
    const journal = await Journal.open(folder);
    journal.put(ENTRY);
    await journal.save();
    expect(readdirSync(folder)).toHaveLength(1);
    // What a crash between writing and renaming leaves.
    writeFileSync(`${journal.path}.new`, '{');
    expect((await Journal.open(folder)).entries).toEqual([ENTRY]);
    journal.delete(UP);
    await journal.save();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['', '{', '[]', '{"version":3,"targets":[],"changes":[]}', '{"version":1,"owners":{}}', 'null'])(
    'is refused as %j',
    async (text) => {
      const { path } = await Journal.open(folder);
      writeFileSync(path, text);
      await expect(Journal.open(folder)).rejects.toMatchObject({ name: 'JournalError' });
    },
  );
});

describe('the lock', () => {
  it('lets a second one in when the first is done', async () => {
    const first = await takeLock();
    let entered = false;
    const second = takeLock().then((lock) => {
      entered = true;
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(entered).toBe(false);
    await first!.release();
    await (await second)!.release();
    expect(entered).toBe(true);
  });

  it('says that it waits when it takes its time, and goes on waiting', async () => {
    const first = await takeLock();
    let told = 0;
    const second = takeLock('machine', () => told++);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(told).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(told).toBe(1);
    await first!.release();
    await (await second)!.release();
    expect(told).toBe(1);
  });
});
