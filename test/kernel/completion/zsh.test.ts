import { execFileSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { optionsOf } from '../../unit/completion/lines.ts';

// Here because the lab brings zsh along. It takes seconds for each line there, so these are some of each kind.

const OPTIONS = ['realserver up', 'director status', 'fullnat enable', 'apply', 'drain'];
const WORDS: readonly [line: string, words: readonly string[]][] = [
  ['lvsadm ', Object.keys(SUBCOMMANDS)],
  ['lvsadm fullnat ', ['enable', 'disable', 'list', 'status']],
  ['lvsadm director up --scheduler rr,', ['wlc', 'mh']],
  ['lvsadm --start-daemon ', ['master', 'backup']],
  ['lvsadm apply ', ['README.md', 'CHANGELOG.md']],
];

/** What zsh wrote when it was asked what may follow each line. */
let offers: ReadonlyMap<string, string>;
beforeAll(() => {
  const lines = [...OPTIONS.map((name) => `lvsadm ${name} --`), ...WORDS.map(([line]) => line), 'ipvsadm '];
  const program = new URL('offers.zsh', import.meta.url).pathname;
  const folder = `${process.cwd()}/completions`;
  const output = execFileSync('zsh', ['-f', program, folder, ...lines], { encoding: 'utf8' });
  offers = new Map(
    output.split(/^=== /m).map((text) => {
      const end = text.indexOf('\n');
      return [text.slice(0, end), text.slice(end)];
    }),
  );
});

it.each(OPTIONS)('lvsadm %s: offers the options that --help tells, and no others', async (line) => {
  const options = new Set(offers.get(`lvsadm ${line} --`)!.match(/--[a-z][a-z0-9-]*/g));
  expect([...options].sort()).toEqual(await optionsOf(line));
});

it.each(WORDS)('%s: offers %s', (line, words) => {
  for (const word of words) expect(offers.get(line)).toMatch(new RegExp(`(?<![a-z])${word}(?![a-z])`));
});

it('offers no subcommand to ipvsadm', () => {
  const offered = offers.get('ipvsadm ');
  expect(offered).toContain('--start-daemon');
  for (const name of ['realserver', 'fullnat']) expect(offered).not.toContain(name);
});
