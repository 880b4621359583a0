import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = '/proc/sys';

/** The value of a file under /proc/sys, without its line end; `undefined` when there is no such file. */
export async function readSysctl(path: string): Promise<string | undefined> {
  try {
    return (await readFile(join(FOLDER, path), 'utf8')).trimEnd();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Sets a file under /proc/sys. Rejects with the system's error, such as `ENOENT` or `EACCES`. */
export async function writeSysctl(path: string, value: string): Promise<void> {
  await writeFile(join(FOLDER, path), `${value}\n`);
}
