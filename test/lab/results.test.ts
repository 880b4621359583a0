import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lab } from './lab.ts';

test('what the command left in its results folder is copied out, whatever its end', async () => {
  const out = mkdtempSync(join(tmpdir(), 'lab-results-'));
  try {
    const script = `
      cd "$LAB_OUT"; mkdir -p a/b; seq 1 100000 >a/b/numbers; ln -s /etc/passwd link
      echo tool >tool; chmod 6755 tool; mkfifo pipe; exit 3`;
    expect((await lab(['--out', out, 'sh', '-ec', script])).code).toBe(3);
    expect(readFileSync(join(out, 'a/b/numbers'), 'utf8').split('\n')).toHaveLength(100_001);
    expect(readlinkSync(join(out, 'link'))).toBe('/etc/passwd');
    expect(lstatSync(join(out, 'tool')).mode & 0o7777).toBe(0o755);
    expect(lstatSync(join(out, 'tool')).uid).toBe(process.getuid?.());
    expect(lstatSync(join(out, 'pipe'), { throwIfNoEntry: false })).toBeUndefined();

    // Over what is there, and when time runs out with the file still open.
    const hanging = 'exec 3>"$LAB_OUT/tool"; echo second >&3; sync; sleep 60';
    expect((await lab(['--timeout', '3', '--out', out, 'sh', '-c', hanging])).code).toBe(124);
    expect(readFileSync(join(out, 'tool'), 'utf8')).toBe('second\n');
  } finally {
    rmSync(out, { recursive: true });
  }
});
