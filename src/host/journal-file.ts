import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { draftOf, writeAtomically } from './atomic-file.ts';
import { type NamespaceId, readNamespace } from './namespace.ts';

export const STATE_FOLDER = '/run/lvsadm';

/** The file that a journal is kept in, for the network namespace that this process is in. */
export interface JournalFile {
  readonly path: string;
  /** Its text, or `undefined` when there is none. */
  read(): Promise<string | undefined>;
  /** Puts it on the disk, whole or not at all. */
  write(text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function openJournalFile(folder: string = STATE_FOLDER): Promise<JournalFile> {
  const namespace = await readNamespace();
  const path = join(folder, fileName(namespace));
  const forget = async () => {
    if (namespace) await forgetPredecessors(dirname(path), namespace);
  };
  return {
    path,
    async read() {
      try {
        return await readFile(path, 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        return undefined;
      }
    },
    async write(text) {
      await forget();
      await writeAtomically(path, text);
    },
    async remove() {
      await forget();
      for (const file of [path, draftOf(path)]) await rm(file, { force: true });
    },
  };
}

/** /run is shared by the network namespaces of a host, so each but the first has a file of its own. */
function fileName(namespace: NamespaceId | undefined): string {
  return namespace ? `${filePrefix(namespace)}${namespace.instance}.json` : 'machine.json';
}

function filePrefix({ number }: NamespaceId): string {
  return `machine-${number}-`;
}

/** Removes what namespaces left that had the number of this one, and are gone. */
async function forgetPredecessors(folder: string, namespace: NamespaceId): Promise<void> {
  const entries: string[] = await readdir(folder).catch(() => []);
  for (const entry of entries) {
    const stale = entry.startsWith(filePrefix(namespace)) && entry !== fileName(namespace);
    if (stale) await rm(join(folder, entry), { force: true });
  }
}
