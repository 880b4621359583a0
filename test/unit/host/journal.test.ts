import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/actions/host/journal.ts';
import { takeLock } from '../../../src/host/lock.ts';
import { type Target, targetKey } from '../../../src/plan/host/target.ts';
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
    writeFileSync(`${journal.path}.0123456789abcdef.new`, '{');
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

describe('what others can write', () => {
  const open = () => Journal.open(folder);
  let file: string;
  beforeEach(async () => {
    file = join(folder, basename((await Journal.open(folder)).path));
  });

  it.each<[string, () => void, RegExp]>([
    ['a folder that anybody can write', () => chmodSync(folder, 0o777), /can be written by other users/],
    ['a folder that a group can write', () => chmodSync(folder, 0o775), /can be written by other users/],
    [
      'a link to a folder',
      () => {
        renameSync(folder, `${folder}-real`);
        symlinkSync(`${folder}-real`, folder);
      },
      /is a link/,
    ],
    [
      'a journal that anybody can write',
      () => {
        writeFileSync(file, '{}');
        chmodSync(file, 0o666);
      },
      /can be written by other users/,
    ],
    ['a journal that is a link', () => symlinkSync('/etc/hostname', file), /is a link/],
    ['a journal that is a folder', () => mkdirSync(file), /is not a file/],
  ])('is not believed: %s', async (_, spoil, says) => {
    spoil();
    await expect(open()).rejects.toThrow(says);
    await expect(open()).rejects.toMatchObject({ name: 'UntrustedFile' });
  });

  it.runIf(process.getuid?.() === 0)(
    'nor is what belongs to another user, or is below what does',
    async () => {
      const below = join(folder, 'below');
      mkdirSync(below);
      chownSync(folder, 65534, 65534);
      await expect(open()).rejects.toThrow(/belongs to user 65534/);
      await expect(Journal.open(below)).rejects.toThrow(/belongs to user 65534/);
    },
  );

  it('nor does a umask open the folder, nor a link in the place of a draft lead away', async () => {
    const fresh = join(folder, 'fresh');
    const journal = await Journal.open(fresh);
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    journal.setTarget(TARGET);
    const before = process.umask(0);
    try {
      await journal.save();
    } finally {
      process.umask(before);
    }
    expect(statSync(fresh).mode & 0o777).toBe(0o755);
    expect(statSync(journal.path).mode & 0o777).toBe(0o644);
    symlinkSync(victim, `${journal.path}.new`);
    await journal.save();
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });

  it('a draft that a crash left goes with the journal', async () => {
    const journal = await Journal.open(folder);
    journal.setTarget(TARGET);
    await journal.save();
    writeFileSync(`${journal.path}.0123456789abcdef.new`, 'half');
    writeFileSync(join(folder, 'other.0123456789abcdef.new'), 'not ours');
    journal.deleteTarget(targetKey(TARGET));
    await journal.save();
    expect(readdirSync(folder)).toEqual(['other.0123456789abcdef.new']);
  });
});

describe('the lock', () => {
  const take = (onWait?: (why: string) => void, patience?: number) =>
    takeLock('table', onWait, { folder, ...(patience === undefined ? {} : { patience }) });

  it('lets a second one in when the first is done', async () => {
    const first = await take();
    let entered = false;
    const second = take().then((lock) => {
      entered = true;
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(entered).toBe(false);
    await first.release();
    await (await second).release();
    expect(entered).toBe(true);
  });

  it('says who holds it when it takes its time, and goes on waiting', async () => {
    const first = await take();
    const told: string[] = [];
    const second = take((why) => told.push(why));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(told).toEqual([]);
    await expect.poll(() => told, { timeout: 4000 }).toHaveLength(1);
    expect(told[0]).toBe(`another lvsadm (process ${process.pid}) is changing this table`);
    await first.release();
    await (await second).release();
  });

  it('is refused to whom it takes too long, and ends with the process that held it', async () => {
    await (await take()).release();
    const file = join(folder, readdirSync(folder)[0]!);
    // As any other program takes such a lock: flock(1).
    const other = spawn('flock', ['-x', '-F', file, 'sleep', '60'], { stdio: 'ignore' });
    const attempt = () => {
      writeFileSync(file, `${other.pid}\n`);
      return take(undefined, 0).then((lock) => lock.release(), String);
    };
    await expect
      .poll(attempt, { timeout: 5000 })
      .toContain(`another lvsadm (process ${other.pid}) is changing this table`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await take(undefined, 0)).release();
  });

  it('is a file of ours, that nobody else can open', async () => {
    await (await take()).release();
    const [name] = readdirSync(folder);
    expect(name).toMatch(/^table-\d+\.lock$/);
    expect(statSync(join(folder, name!)).mode & 0o777).toBe(0o600);
    chmodSync(join(folder, name!), 0o666);
    await expect(take()).rejects.toThrow(/can be written by other users/);
  });
});
