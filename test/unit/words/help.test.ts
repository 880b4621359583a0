import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli.ts';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { renderSelf } from '../../../src/ipvsadm/usage.ts';
import { SUBCOMMAND_NAMES } from '../../../src/syntax/subcommands.ts';
import { fakeWorld } from '../fake-world.ts';

describe('the help', () => {
  it('lists every subcommand that runs, and no other', () => {
    const listed = [...renderSelf('help', 'lvsadm', '1.0.0').matchAll(/see: lvsadm (\S+) --help$/gm)];
    expect(listed.map(([, name]) => name).sort()).toEqual(Object.keys(SUBCOMMANDS).sort());
    expect([...SUBCOMMAND_NAMES].sort()).toEqual(Object.keys(SUBCOMMANDS).sort());
  });

  it('is ipvsadm’s alone under its name', () => {
    expect(renderSelf('help', 'ipvsadm', '1.0.0')).not.toMatch(/doctor|apply/);
  });

  it.each(Object.entries(SUBCOMMANDS))('of %s says what it is for', async (_name, load) => {
    const world = fakeWorld();
    expect(await (await load()).run(['--help'], world)).toBe(0);
    expect(world.stdoutText).toMatch(/^Usage: lvsadm [a-z]+ .*\n\n[A-Z].*\.\n/);
    expect(world.stderrText).toBe('');
  });
});

describe('a word that is no subcommand', () => {
  const run = async (word: string, programName = 'lvsadm') => {
    const world = fakeWorld({ programName });
    return { code: await runProgram([word, 'x'], world), err: world.stderrText };
  };

  it.each([
    ['aply', 'apply'],
    ['docter', 'doctor'],
    ['real-server', 'realserver'],
    ['fulnat', 'fullnat'],
    ['exprot', 'export'],
  ])('%s: did you mean %s', async (word, meant) => {
    const err = `lvsadm: there is no subcommand '${word}': did you mean '${meant}'?\n`;
    expect(await run(word)).toEqual({ code: 2, err });
  });

  it('like none: where they are listed', async () => {
    const err = "lvsadm: there is no subcommand 'foo'; see lvsadm --help\n";
    expect(await run('foo')).toEqual({ code: 2, err });
  });

  it('is what ipvsadm takes it for under its name', async () => {
    expect(await run('aply', 'ipvsadm')).toEqual({
      code: 255,
      err: "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n",
    });
  });
});

describe('a misspelt word of a subcommand', () => {
  it.each([
    [['realserver', 'upp'], /unknown command 'upp': did you mean up\?/],
    [['doctor', '--jsn'], /unknown option '--jsn': did you mean --json\?/],
  ])('%j', async ([name = '', ...words], message) => {
    const world = fakeWorld({ programName: 'lvsadm' });
    expect(await runProgram([name, ...words], world)).toBe(2);
    expect(world.stderrText).toMatch(message);
  });
});
