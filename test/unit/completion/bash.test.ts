import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { ACTIONS, LINES, optionsOf } from './lines.ts';

const SCRIPT = `. completions/lvsadm.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_lvsadm
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** What bash offers for the last word of a line. */
function offered(line: string): string[] {
  const output = execFileSync('bash', ['-c', SCRIPT, 'bash', ...line.split(' ')], { encoding: 'utf8' });
  return output.split('\n').filter((word) => word !== '');
}

const names = (line: string) => offered(line).filter((word) => !word.startsWith('-'));

it.each(LINES)('lvsadm %s: offers the options that --help tells, and no others', async (line) => {
  expect(offered(`lvsadm ${line} --`).sort()).toEqual(await optionsOf(line));
});

it('offers every subcommand to lvsadm, and none to ipvsadm', () => {
  expect(names('lvsadm ').sort()).toEqual(Object.keys(SUBCOMMANDS).sort());
  expect(names('ipvsadm ')).toEqual([]);
  for (const [name, actions] of Object.entries(ACTIONS)) expect(names(`lvsadm ${name} `)).toEqual(actions);
});

it.each([
  ['lvsadm -A -s ', 'wlc'],
  ['lvsadm director up --scheduler rr,w', 'rr,wlc'],
  ['lvsadm realserver up --tunnel ', 'gue'],
  ['lvsadm --start-daemon ', 'backup'],
  ['lvsadm apply READ', 'README.md'],
  ['lvsadm explain --mode ', 'fullnat'],
  ['lvsadm explain -u --fr', '--from'],
])('%s: offers %s', (line, word) => {
  expect(offered(line)).toContain(word);
});
