import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import { newProgress, newTimedProgress } from '../../../src/process/progress.ts';
import { fakeKernel, fakeWorld, input } from '../fake-world.ts';

const WIPE = '\r\x1b[2K';

describe('a timed progress', () => {
  it('says nothing within the first second, and then a line every 200 ms', () => {
    let shown = '';
    let time = 5000;
    const progress = newProgress({ stderr: { isTTY: true, write: (text) => (shown += text) } });
    const show = newTimedProgress(progress, () => time);
    for (const [at, text] of [
      [5999, 'a'],
      [6000, 'b'],
      [6199, 'c'],
      [6200, 'd'],
    ] as const) {
      time = at;
      show(() => text);
    }
    progress.end();
    expect(shown).toBe(`${WIPE}b${WIPE}d${WIPE}`);
  });
});

describe('a restore that takes seconds', () => {
  const lines = Array.from({ length: 500 }, (_, index) => `-A -t 10.0.${index >> 8}.${index & 255}:80\n`);

  beforeEach(() => {
    let time = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => (time += 700));
  });
  afterEach(() => vi.restoreAllMocks());

  async function restore(isTTY: boolean, programName = 'lvsadm'): Promise<string> {
    let shown = '';
    const kernel = fakeKernel();
    const world = fakeWorld({
      programName,
      openKernel: async () => kernel,
      stdin: input(lines.join('')),
      stderr: { isTTY, write: (text) => (shown += text) },
    });
    expect(await runIpvsadm(['-R'], world)).toBe(0);
    expect(kernel.changes).toHaveLength(500);
    return shown;
  }

  it('tells a terminal how far it is, and leaves nothing there', async () => {
    expect(await restore(true)).toBe(`${WIPE}400 rules${WIPE}500 rules${WIPE}`);
  });

  it('tells nothing to a pipe, and nothing under the name ipvsadm', async () => {
    expect(await restore(false)).toBe('');
    expect(await restore(true, 'ipvsadm')).toBe('');
  });
});
