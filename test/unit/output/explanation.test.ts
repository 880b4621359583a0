import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/commands/explain/explain.ts';
import { renderHops } from '../../../src/output/hops.ts';
import { NO_PAINT } from '../../../src/output/paint.ts';
import { planSample } from '../../../src/plan/packet/sample.ts';
import { fakeWorld } from '../fake-world.ts';

async function explain(words: readonly string[], columns?: number) {
  let [stdout, stderr] = ['', ''];
  const world = fakeWorld({
    stdout: {
      write(text) {
        stdout += text;
      },
      ...(columns && { isTTY: true, columns }),
    },
    stderr: {
      write(text) {
        stderr += text;
      },
    },
    environment: { NO_COLOR: '1' },
    openKernel: () => Promise.reject(new Error('the kernel is not to be asked')),
  });
  const code = await run(words, world);
  return { code, stdout, stderr };
}

/** Commands in the documents and what they are said to print. */
const printed = ['realserver', 'fullnat', 'explain'].flatMap((name) => {
  const text = readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8');
  return [...text.matchAll(/^# lvsadm explain (--mode .*)\n([^`]*)```$/gm)].map(
    ([, words = '', output = '']) => [name, words, output] as const,
  );
});

describe('the documents', () => {
  it('show every mode', () => {
    const modes = printed.map(([, words]) => words.split(' ')[1]);
    expect(new Set(modes)).toEqual(new Set(['dr', 'nat', 'tun', 'fullnat']));
  });

  it.each(printed)('%s.md: explain %s prints what is written there', async (_name, words, output) => {
    expect(await explain(words.split(' '))).toEqual({ code: 0, stdout: output, stderr: '' });
  });
});

describe('a table of hops', () => {
  const { hops } = planSample({ mode: 'tun', tunnel: 'gue', family: 'inet6' });

  it('has one row for a packet, and two for one in another', () => {
    const lines = renderHops(hops, 200, NO_PAINT).split('\n');
    const table = lines.slice(0, lines.indexOf(''));
    expect(table.map((line) => line.slice(0, 3))).toEqual(['   ', '1  ', '2  ', '   ', '3  ']);
    expect(table[2]).toContain('[2001:db8::10]:?  ');
    expect(table[2]).toMatch(/\[2001:db8:d::11\]:6080 +outer: GUE$/);
    const column = table[1]!.indexOf('[2001:db8:c::7]');
    expect(table[3]!.indexOf('[2001:db8:c::7]')).toBe(column);
  });

  it('is made of blocks where it is too wide', () => {
    const table = renderHops(hops, 200, NO_PAINT).split('\n').slice(0, 5);
    const width = Math.max(...table.map((line) => line.length));
    expect(renderHops(hops, width, NO_PAINT).startsWith(table[0]!)).toBe(true);
    const blocks = renderHops(hops, width - 1, NO_PAINT);
    expect(blocks.split('\n').slice(0, 3)).toEqual([
      '1  client → director',
      '   MAC   00:00:5e:00:53:01 → 00:00:5e:00:53:10',
      '   IP    [2001:db8:c::7]:40000 → [2001:db8::100]:80',
    ]);
    expect(blocks).toContain(
      '   GUE   [2001:db8::10]:? → [2001:db8:d::11]:6080\n   inner [2001:db8:c::7]:40000',
    );
  });

  it('goes by the terminal’s width', async () => {
    expect((await explain(['--mode', 'dr'], 80)).stdout).toContain('\n   MAC   ');
    expect((await explain(['--mode', 'dr'], 120)).stdout).toContain('destination MAC');
  });
});

describe('explain --json of a mode', () => {
  it('has every hop, and null for what is not known', async () => {
    const { stdout } = await explain(['--mode', 'tun', '--tunnel', 'gue', '--json']);
    const { mode, hops } = JSON.parse(stdout);
    expect(mode).toBe('tun');
    expect(hops[0].outer).toBeNull();
    expect(hops[1]).toMatchObject({
      from: 'director',
      to: 'real server',
      outer: { type: 'gue', source: { address: '192.0.2.10', port: null } },
      source: { address: '198.51.100.7', port: 40000 },
    });
  });
});

describe('a command line', () => {
  it.each([
    [[], 'which packet?'],
    [['10.0.0.1'], 'has no port'],
    [['10.0.0.1:0'], 'has no port'],
    [['web:80'], 'is not an address'],
    [['10.0.0.1:80', '--from', 'fd00::1'], 'not of one family'],
    [['10.0.0.1:80', '-u', '-t'], 'exclude each other'],
    [['10.0.0.1:80', '-f', 'x'], 'is not a mark'],
    [['10.0.0.1:80', '-6'], '-6 goes with --mode'],
    [['10.0.0.1:80', '--tunnel', 'gre'], '--tunnel goes with --mode tun'],
    [['10.0.0.1:80', '--mode', 'dr'], 'in general'],
    [['--mode', 'dr', '--tunnel', 'gre'], '--tunnel goes with --mode tun'],
    [['--mode', 'snat'], 'none of nat, dr, tun, fullnat'],
  ])('%j is refused', async (words, message) => {
    const { code, stdout, stderr } = await explain(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
