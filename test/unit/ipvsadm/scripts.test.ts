import { describe, expect, it } from 'vitest';
import { runRestore, runSave } from '../../../src/ipvsadm/scripts.ts';
import type { World } from '../../../src/process/world.ts';
import { fakeKernel, fakeWorld, input } from '../fake-world.ts';
import { serviceOf } from './change-service.ts';

type Program = typeof runSave;

async function run(program: Program, words: string[], overrides: Partial<World>) {
  const kernel = fakeKernel();
  const world = fakeWorld({ openKernel: async () => kernel, ...overrides });
  const code = await program(words, world);
  return {
    code,
    services: kernel.changes.map(serviceOf),
    out: world.stdoutText,
    err: world.stderrText,
    kernel,
  };
}

describe('saving', () => {
  it.each([[[]], [['-n']], [['foo', '-n', 'bar']]])('%j', async (words) => {
    expect(await run(runSave, words, { programName: 'ipvsadm-save' })).toMatchObject({
      code: 0,
      out: '',
      err: '',
    });
  });

  it.each(['-x', '-nn', '--help', '-'])('%s is no argument of it', async (word) => {
    const err =
      'ipvsadm-save: Script to save the IPVS table to stdout.\n' +
      '   With the -n option, prints out the table in numeric format.\n';
    expect(await run(runSave, ['-n', word], { programName: 'ipvsadm-save' })).toMatchObject({
      code: 1,
      out: '',
      err,
    });
  });
});

describe.each([
  [runSave, 'lvsadm-save'],
  [runRestore, 'lvsadm-restore'],
])('%o', (program, programName) => {
  it('tells its usage', async () => {
    const asked = await run(program, ['--help'], { programName });
    expect(asked).toMatchObject({ code: 0, err: '', services: [] });
    expect(asked.out).toContain(`Usage: ${programName} [`);
    const misused = await run(program, ['-x'], { programName });
    expect(misused).toMatchObject({ code: 1, out: '', err: asked.out, services: [] });
  });
});

describe('restoring', () => {
  const TEXT = '# a comment\n-A -t 1.1.1.1:80\n#-A -t 1.1.1.2:80\n-A -t 1.1.1.3:80';
  const own = (text: string) => ({ programName: 'lvsadm-restore', stdin: input(text) });

  it('clears first, and passes over comments', async () => {
    const world = { programName: 'ipvsadm-restore', stdin: input(`${TEXT}\n`) };
    const result = await run(runRestore, ['--ignored', '-n', 'words'], world);
    expect(result).toMatchObject({ code: 0, err: '', services: ['flush', '1.1.1.1:80', '1.1.1.3:80'] });
    expect(result.kernel.batches).toEqual([3]);
  });

  it('clears even for nothing', async () => {
    expect(await run(runRestore, [], own(''))).toMatchObject({ code: 0, services: ['flush'] });
  });

  it('has the exit code and the words of the restore', async () => {
    const result = await run(runRestore, [], own('-A -t 1.1.1.1:80\n # foo'));
    expect(result).toMatchObject({ code: 255, services: ['flush', '1.1.1.1:80'] });
    expect(result.err).toBe("Try `lvsadm -h' or 'lvsadm --help' for more information.\n");
  });

  it('touches nothing with --check when a line is wrong, and counts comments', async () => {
    const result = await run(runRestore, ['--check'], own('# x\n-A -t 1.1.1.1:80\n-A -n\n'));
    expect(result).toMatchObject({ code: 2, services: [] });
    expect(result.err).toContain('line 3: Illegal');
    expect(await run(runRestore, ['--check'], own(TEXT))).toMatchObject({ code: 0, err: '' });
  });

  it('reads a file', async () => {
    const readFile = async (path: string) => (path === 'rules' ? TEXT : Promise.reject(new Error('ENOENT')));
    const world = { programName: 'lvsadm-restore', readFile };
    expect(await run(runRestore, ['rules'], world)).toMatchObject({
      code: 0,
      services: ['flush', '1.1.1.1:80', '1.1.1.3:80'],
    });
    const missing = await run(runRestore, ['missing'], world);
    expect(missing).toMatchObject({
      code: 1,
      services: [],
      err: 'lvsadm-restore: cannot read missing: ENOENT\n',
    });
  });

  it.each([[['--chekc']], [['a', 'b']]])('%j is refused before anything is touched', async (words) => {
    expect(await run(runRestore, words, own(TEXT))).toMatchObject({ code: 1, services: [] });
  });
});
