import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const DRAFT = /^(.+)\.[0-9a-f]{16}\.new$/;

/**
 * Writes a file so that a reader, and a crash at any moment, finds either the old text or the new one, whole. The new
 * text is first in a draft of a name that nobody can guess and that was not there before. All may read it.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.new`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw withPath(error, path);
  }
}

/** Removes the drafts that crashes have left of a file. */
export async function removeDrafts(path: string): Promise<void> {
  const entries: string[] = await readdir(dirname(path)).catch(() => []);
  for (const entry of entries) {
    if (DRAFT.exec(entry)?.[1] === basename(path)) await rm(join(dirname(path), entry), { force: true });
  }
}

/** The kernel's reason for a write names no file where only the descriptor was known. */
function withPath(error: unknown, path: string): unknown {
  const { path: known, syscall } = error as NodeJS.ErrnoException;
  if (known === undefined && syscall !== undefined && error instanceof Error) error.message += `, of ${path}`;
  return error;
}
