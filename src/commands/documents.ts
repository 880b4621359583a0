import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Wanted } from '../plan/table/wanted.ts';
import type { World } from '../process/world.ts';
import { type Doubt, readDocuments, type Source } from '../syntax/document/document.ts';
import { formatProblem, type Problem } from '../syntax/document/place.ts';
import { UsageError } from '../syntax/usage-error.ts';
import { MachineFailure } from './failure.ts';

/** What files say is wanted. */
export interface Documents {
  readonly wanted: Wanted;
  readonly doubts: readonly Doubt[];
}

/**
 * Reads files, folders (what ends in .yaml, .yml or .json there, by name) and, for `-`, standard input, and puts them
 * together. What is wrong with them is told, all of it, and then a MachineFailure thrown.
 */
export async function readFiles(paths: readonly string[], world: World): Promise<Documents> {
  const read = readDocuments(await readSources(paths, world));
  if (read.kind === 'problems') throw refuseProblems(read.problems, world);
  for (const hint of read.hints) world.stderr.write(`note: ${formatProblem(hint)}\n`);
  return read;
}

/** Tells problems, a line for each; the failure that comes back is to be thrown. */
export function refuseProblems(problems: readonly Problem[], world: World): MachineFailure {
  for (const problem of problems) world.stderr.write(`${formatProblem(problem)}\n`);
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new MachineFailure(`${count}; nothing was changed`);
}

async function readSources(paths: readonly string[], world: World): Promise<Source[]> {
  const sources: Source[] = [];
  if (paths.filter((path) => path === '-').length > 1) throw new UsageError('- can be read only once');
  for (const path of paths) {
    if (path === '-') {
      sources.push(await readAll('(standard input)', world.stdin));
    } else if ((await stat(path)).isDirectory()) {
      const names = (await readdir(path)).filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name)).sort();
      if (names.length === 0) throw new MachineFailure(`${path}: no file in it ends in .yaml, .yml or .json`);
      for (const name of names) sources.push(await readSource(join(path, name)));
    } else {
      sources.push(await readSource(path));
    }
  }
  return sources;
}

async function readSource(file: string): Promise<Source> {
  if ((await stat(file)).isDirectory()) throw new MachineFailure(`${file} is a folder; name the files in it`);
  return readAll(file, createReadStream(file));
}

/** More than a table of a hundred thousand services takes. */
const MEBIBYTES = 64;

/** All that comes, unless it does not end. */
async function readAll(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<Source> {
  const read: Buffer[] = [];
  let length = 0;
  for await (const piece of pieces) {
    // A piece of standard input is good until the next one.
    read.push(Buffer.from(piece as string));
    length += read.at(-1)!.length;
    if (length > MEBIBYTES * 2 ** 20) {
      throw new MachineFailure(
        `${file} is larger than ${MEBIBYTES} MiB, which no document is; nothing was read`,
      );
    }
  }
  return { file, text: Buffer.concat(read).toString('utf8') };
}
