import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { knownByName } from '../model/known-by-name.ts';
import { removeDrafts, writeAtomically } from './atomic-file.ts';
import { type NamespaceId, readNamespace, type WhichNamespace } from './namespace.ts';
import { makeTrustedFolder, readTrusted, requireTrustedFolder } from './trusted.ts';

export const STATE_FOLDER = '/run/lvsadm';

/** It cannot be told in which network namespace this process is: one sentence. */
export class UnknownNamespace extends Error {
  override readonly name = 'UnknownNamespace';
  static override readonly [Symbol.hasInstance] = knownByName('UnknownNamespace');
}

/** The file that a journal is kept in, for the network namespace that this process is in. */
export interface JournalFile {
  readonly path: string;
  /** Its text, or `undefined` when there is none. */
  read(): Promise<string | undefined>;
  /** Puts it on the disk, whole or not at all. */
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Opens the file of this network namespace in a folder (default /run/lvsadm). Rejects, as its methods do, with an
 * UntrustedFile when others can write there, and with an UnknownNamespace when it cannot be told which file is ours.
 */
export async function openJournalFile(folder: string = STATE_FOLDER): Promise<JournalFile> {
  const namespace = await readNamespace();
  const name = await fileName(folder, namespace);
  const path = join(resolve(folder), name);
  const forget = async () => {
    await removeDrafts(path);
    if (!namespace.first) await forgetPredecessors(folder, namespace.id, name);
  };
  return {
    path,
    read: () => readTrusted(path),
    async write(text) {
      await makeTrustedFolder(folder);
      await forget();
      await writeAtomically(path, text);
    },
    async remove() {
      await requireTrustedFolder(folder);
      await forget();
      await rm(path, { force: true });
    },
  };
}

/**
 * /run is shared by the network namespaces of a host, so each but the first has a file of its own. Where it cannot be
 * told whether this is the first one, that file is ours if it is there.
 */
async function fileName(folder: string, { first, id, why }: WhichNamespace): Promise<string> {
  if (first) return 'machine.json';
  const own = `${filePrefix(id)}${id.instance}.json`;
  if (first === false) return own;
  const entries: string[] = await readdir(folder).catch(() => []);
  if (entries.includes(own)) return own;
  throw new UnknownNamespace(
    `cannot tell whether this is the host's first network namespace, and so which record of changes is its own: ${why}; mount /proc with its folder sys`,
  );
}

function filePrefix({ number }: NamespaceId): string {
  return `machine-${number}-`;
}

/** Removes what namespaces left that had the number of this one, and are gone. */
async function forgetPredecessors(folder: string, id: NamespaceId, own: string): Promise<void> {
  const entries: string[] = await readdir(folder).catch(() => []);
  for (const entry of entries) {
    const stale = entry.startsWith(filePrefix(id)) && entry !== own;
    if (stale) await rm(join(folder, entry), { force: true });
  }
}
