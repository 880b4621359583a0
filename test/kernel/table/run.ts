import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { processWorld } from '../../../src/process/process-world.ts';
import type { World } from '../../../src/process/world.ts';
import type { SubcommandName } from '../../../src/syntax/subcommands.ts';

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a subcommand in this process, as the executable would. */
export async function lvsadm(text: string, world: Partial<World> = {}): Promise<Result> {
  const [name = '', ...words] = text.split(' ');
  let [out, err] = ['', ''];
  const { run } = await SUBCOMMANDS[name as SubcommandName]();
  const code = await run(words, {
    ...processWorld(),
    programName: 'lvsadm',
    stdout: {
      write(piece) {
        out += piece;
      },
    },
    stderr: {
      write(piece) {
        err += piece;
      },
    },
    ...world,
  });
  return { code, out, err };
}

const folder = mkdtempSync(join(tmpdir(), 'lvsadm-table-'));

/** A file with this text, in a folder of its own; gives its path. */
export function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
