import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { knownByName } from '../model/known-by-name.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/** A file or a folder that somebody else could have put there, or could change: one sentence. */
export class UntrustedFile extends Error {
  override readonly name = 'UntrustedFile';
  static override readonly [Symbol.hasInstance] = knownByName('UntrustedFile');
}

/**
 * Requires that nobody but this user and root can change a folder, or put another one in its place. What is not there
 * is no danger. Rejects with an UntrustedFile.
 */
export async function requireTrustedFolder(folder: string): Promise<void> {
  const path = resolve(folder);
  const stats = await statOf(path);
  if (stats) {
    if (stats.isSymbolicLink())
      throw new UntrustedFile(`${path} is a link: name the folder that it leads to`);
    if (!stats.isDirectory()) throw new UntrustedFile(`${path} is not a folder`);
    requireOurs(path, stats);
  }
  for (let above = dirname(path); ; above = dirname(above)) {
    const own = await statOf(above);
    // A link in the way is as good as the folder that it is in.
    if (own && !own.isSymbolicLink()) requireOurs(above, own, STICKY);
    if (above === dirname(above)) return;
  }
}

/** Makes a folder that others may read, whatever the umask of the caller, unless it is there. */
export async function makeTrustedFolder(folder: string): Promise<void> {
  await requireTrustedFolder(folder);
  await mkdir(folder, { recursive: true, mode: 0o755 });
}

/** The text of a file that only we can have written; `undefined` without one. Rejects with an UntrustedFile. */
export async function readTrusted(path: string): Promise<string | undefined> {
  await requireTrustedFolder(dirname(path));
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      requirePlain(path, await file.stat());
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw new UntrustedFile(`${path} is a link, which lvsadm never makes; remove it`);
    throw error;
  }
}

/** Requires a file of ours that is neither a link, nor a pipe, nor anybody else's. */
export function requirePlain(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new UntrustedFile(`${path} is not a file; remove it`);
  requireOurs(path, stats);
}

function requireOurs(path: string, { uid, mode }: Stats, despite = 0): void {
  const user = process.geteuid?.() ?? 0;
  if (uid !== 0 && uid !== user) {
    throw new UntrustedFile(
      `${path} belongs to user ${uid}, who could change it: only what is root's is believed; see who made it, then remove it or run chown root ${path}`,
    );
  }
  if ((mode & WRITABLE_BY_OTHERS) !== 0 && (mode & despite) === 0) {
    throw new UntrustedFile(
      `${path} can be written by other users than root: see what is in it, then run chmod go-w ${path}`,
    );
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
