import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where the system keeps its programs: as systemd has it for units, and sudo for root. The caller's PATH is not asked:
 * an empty or a relative part of it is a folder that anybody may have filled.
 */
export const PROGRAM_FOLDERS: readonly string[] = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  // NixOS has nothing in the folders above.
  '/run/current-system/sw/bin',
];

/** The absolute path of a program of the system, or `undefined` when there is none. */
export async function locateProgram(
  name: string,
  folders: readonly string[] = PROGRAM_FOLDERS,
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}
