import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const source = new URL('lower-bound.c', import.meta.url).pathname;
let compiled;

/** The path of the C program, or `undefined` without a compiler. */
export function compileLowerBound() {
  if (compiled) return compiled;
  const path = join(mkdtempSync(join(tmpdir(), 'bound-')), 'lower-bound');
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-Wextra', '-o', path, source], {
    encoding: 'utf8',
  });
  if (error) return undefined;
  if (status !== 0) throw new Error(`${source} does not compile: ${stderr}`);
  compiled = path;
  return path;
}
