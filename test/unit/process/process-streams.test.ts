import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writerTo } from '../../../src/process/process-streams.ts';

const noStream = (): never => {
  throw new Error('a file needs no stream');
};

it('what could not be written to a full disk is told in the end, and not before', async () => {
  const full = openSync('/dev/full', 'w');
  const writer = writerTo(full, noStream);
  writer.write('something');
  expect(await writer.finish!()).toMatchObject({ code: 'ENOSPC' });
  closeSync(full);
});

it('what was written whole is no failure', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lvsadm-output-')), 'file');
  const file = openSync(path, 'w');
  const writer = writerTo(file, noStream);
  writer.write('some');
  writer.write('thing');
  expect(await writer.finish!()).toBeUndefined();
  closeSync(file);
  expect(readFileSync(path, 'utf8')).toBe('something');
});
