import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli.ts';
import type { Kernel } from '../../../src/ipvs/kernel.ts';
import type { Change } from '../../../src/model/change.ts';
import { type ModelKernel, modelKernel } from '../actions/table/model-kernel.ts';
import { fakeWorld, input } from '../fake-world.ts';

const service = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;
const destination = { address: '10.1.0.11', port: 80, weight: 5 };

function kernelWith(...changes: Change[]): ModelKernel {
  const kernel = modelKernel();
  for (const change of changes) kernel.model.apply(change);
  return kernel;
}

async function lvsadm(text: string, kernel: Kernel, document = '') {
  const world = fakeWorld({
    programName: 'lvsadm',
    environment: { NO_COLOR: '1' },
    openKernel: async () => kernel,
    stdin: input(document),
  });
  const code = await runProgram(text.split(' '), world);
  return { code, out: world.stdoutText, err: world.stderrText };
}

const present: Change[] = [
  { kind: 'add-service', service },
  { kind: 'add-destination', service, destination },
];
const SAME = 'services: [{ address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 5 }] }]';
const OTHER = 'services: [{ address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 6 }] }]';

describe('would it change anything? every command says it the same way', () => {
  it.each([
    ['apply --dry-run -', OTHER, 0],
    ['apply --dry-run --exit-code -', OTHER, 3],
    ['apply --dry-run --exit-code -', SAME, 0],
    ['apply --dry-run --exit-code --json -', OTHER, 3],
    ['diff -', OTHER, 2],
    ['diff -', SAME, 0],
    ['drain -t 10.0.0.1:80 -r 10.1.0.11 --dry-run', '', 0],
    ['drain -t 10.0.0.1:80 -r 10.1.0.11 --dry-run --exit-code', '', 3],
    ['ramp -t 10.0.0.1:80 -r 10.1.0.11 --to 5 --dry-run --exit-code', '', 0],
    ['ramp -t 10.0.0.1:80 -r 10.1.0.11 --to 6 --dry-run --exit-code', '', 3],
  ])('%s', async (line, document, code) => {
    const kernel = kernelWith(...present);
    const result = await lvsadm(line, kernel, document);
    expect(result).toMatchObject({ code, err: '' });
    expect(kernel.taken).toEqual([]);
  });

  it.each(['apply -', 'drain -t 10.0.0.1:80 -r 10.1.0.11', 'ramp -t 10.0.0.1:80 -r 10.1.0.11 --to 1'])(
    '%s --exit-code alone is refused',
    async (line) => {
      expect(await lvsadm(`${line} --exit-code`, kernelWith(), SAME)).toMatchObject({ code: 2, out: '' });
    },
  );
});

describe('apply', () => {
  it('says what it did, then that there is nothing to do', async () => {
    const kernel = kernelWith();
    expect(await lvsadm('apply -', kernel, SAME)).toEqual({
      code: 0,
      out: 'add service tcp 10.0.0.1:80\nadd destination 10.1.0.11:80 to tcp 10.0.0.1:80\n',
      err: '',
    });
    expect(await lvsadm('apply -', kernel, SAME)).toEqual({ code: 0, out: 'nothing to do\n', err: '' });
  });

  it('says when somebody else keeps changing the table', async () => {
    const kernel = kernelWith();
    kernel.afterwards = () => void kernel.model.apply({ kind: 'delete-service', service });
    const { code, out, err } = await lvsadm('apply -', kernel, SAME);
    expect({ code, err }).toEqual({
      code: 1,
      err: 'lvsadm apply: somebody else keeps changing this table: 2 of the changes are due again; see above\n',
    });
    expect(out).toContain('due again: add service tcp 10.0.0.1:80\n');
  });

  it('reads all of its input first, and touches nothing for a mistake', async () => {
    const kernel = kernelWith(...present);
    const { code, err } = await lvsadm('apply -', kernel, 'services: [{ addres: 10.0.0.1:80 }]');
    expect(code).toBe(1);
    expect(err).toContain("'addres'");
    expect(kernel.taken).toEqual([]);
  });
});

describe('drain', () => {
  it('with --cut ends whatever is left', async () => {
    const kernel = kernelWith(...present);
    kernel.active.set('10.1.0.11:80', 2);
    const { code, out } = await lvsadm('drain -t 10.0.0.1:80 -r 10.1.0.11 --cut --timeout 1 --json', kernel);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ outcome: 'cut', weightBefore: 5, activeConnections: 2 });
    expect(await kernel.destinations(service)).toEqual([]);
  });

  it('says which destination there is not', async () => {
    expect(await lvsadm('drain -t 10.0.0.1:80 -r 10.1.0.99', kernelWith(...present))).toEqual({
      code: 1,
      out: '',
      err: 'lvsadm drain: there is no destination 10.1.0.99:80 of tcp 10.0.0.1:80\n',
    });
  });
});

describe('output that is not complete', () => {
  async function exportTo(reason: string | undefined) {
    const error = reason && Object.assign(new Error(`${reason}: as the kernel says`), { code: reason });
    const world = fakeWorld({
      programName: 'lvsadm',
      openKernel: async () => kernelWith(...present),
      stdout: { write() {}, finish: async () => error || undefined },
    });
    const code = await runProgram(['export'], world);
    return { code, err: world.stderrText };
  }

  it('is a failure, which is told', async () => {
    expect(await exportTo(undefined)).toEqual({ code: 0, err: '' });
    expect(await exportTo('ENOSPC')).toEqual({
      code: 1,
      err: 'lvsadm export: the output is not complete: ENOSPC: as the kernel says\n',
    });
  });

  it('is a quiet failure when its reader wanted no more', async () => {
    expect(await exportTo('EPIPE')).toEqual({ code: 1, err: '' });
  });
});

describe('a table that others keep changing', () => {
  /** Another weight at each reading. */
  function restless() {
    const kernel = kernelWith(...present);
    let weight = 10;
    return {
      ...kernel,
      tables: async (...options: Parameters<typeof kernel.tables>) => {
        kernel.model.apply({
          kind: 'set-destination',
          service,
          destination: { ...destination, weight: weight++ },
        });
        return kernel.tables(...options);
      },
    };
  }
  const NOTE =
    'note: others keep changing this table; what they changed while it was read may be missing here\n';

  it('is exported with a note, as a failure', async () => {
    const { code, err } = await lvsadm('export', restless());
    expect({ code, err }).toEqual({ code: 1, err: NOTE });
  });

  it('is compared with a note', async () => {
    expect((await lvsadm('diff -', restless(), OTHER)).err).toBe(NOTE);
    expect((await lvsadm('apply --dry-run -', restless(), OTHER)).err).toBe(NOTE);
    expect((await lvsadm('apply -', restless(), OTHER)).err).toContain(NOTE);
  });
});

describe('a FILE that is none', () => {
  it.each([
    ['/dev/zero', /^lvsadm diff: \/dev\/zero is larger than 64 MiB, which no document is/],
    ['/nowhere/web.yaml', /^lvsadm diff: ENOENT: .*'\/nowhere\/web\.yaml'/],
    ['/dev/null', /^\/dev\/null:1: there is nothing in it/],
  ])('%s is refused with its name', async (path, says) => {
    const { code, err } = await lvsadm(`diff ${path}`, kernelWith());
    expect(err).toMatch(says);
    expect(code).toBe(1);
  });

  it('so is a folder in the place of a file in a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvsadm-documents-'));
    mkdirSync(join(folder, 'web.yaml'));
    const { code, err } = await lvsadm(`diff ${folder}`, kernelWith());
    expect({ code, err }).toEqual({
      code: 1,
      err: `lvsadm diff: ${folder}/web.yaml is a folder; name the files in it\n`,
    });
  });
});
