import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Setting, type SettingState, settingKey } from '../model/setting.ts';
import { draftOf, writeAtomically } from './atomic-file.ts';
import { type NamespaceId, readNamespace } from './namespace.ts';

export const STATE_FOLDER = '/run/lvsadm';
const VERSION = 1;

/** A journal that cannot be read: it was not written by lvsadm, or was changed. One sentence. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** Something that was changed: what it was, what it was made, and on whose behalf. */
export interface JournalEntry {
  readonly setting: Setting;
  readonly before: SettingState;
  readonly set: SettingState;
  /** Names of owners, such as `realserver 10.0.0.100`; when the last one leaves, `before` comes back. */
  readonly owners: readonly string[];
}

/** The file's text: owners with the words that they were prepared by, and the changes in the order they were made. */
interface Recorded {
  readonly version: number;
  readonly owners: Readonly<Record<string, readonly string[]>>;
  readonly changes: readonly JournalEntry[];
}

/**
 * What lvsadm has changed on this host, kept in a file so that it can be undone exactly. A change is recorded before
 * it is made: after a crash the journal knows at least everything that has happened.
 */
export class Journal {
  readonly path: string;
  readonly #namespace: NamespaceId | undefined;
  readonly #owners: Map<string, readonly string[]>;
  readonly #entries: Map<string, JournalEntry>;

  private constructor(path: string, namespace: NamespaceId | undefined, { owners, changes }: Recorded) {
    this.path = path;
    this.#namespace = namespace;
    this.#owners = new Map(Object.entries(owners));
    this.#entries = new Map(changes.map((entry) => [settingKey(entry.setting), entry]));
  }

  /** Reads the journal of this network namespace. Rejects with a JournalError when there is one that makes no sense. */
  static async open(folder: string = STATE_FOLDER): Promise<Journal> {
    const namespace = await readNamespace();
    const path = join(folder, fileName(namespace));
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new Journal(path, namespace, { version: VERSION, owners: {}, changes: [] });
    }
    return new Journal(path, namespace, parse(path, text));
  }

  /** Names of owners → the words that they were prepared by. */
  get owners(): ReadonlyMap<string, readonly string[]> {
    return this.#owners;
  }

  /** The changes, in the order in which they were made. */
  get entries(): readonly JournalEntry[] {
    return [...this.#entries.values()];
  }

  find(setting: Setting): JournalEntry | undefined {
    return this.#entries.get(settingKey(setting));
  }

  setOwner(name: string, words: readonly string[]): void {
    this.#owners.set(name, words);
  }

  deleteOwner(name: string): void {
    this.#owners.delete(name);
  }

  put(entry: JournalEntry): void {
    this.#entries.set(settingKey(entry.setting), entry);
  }

  delete(setting: Setting): void {
    this.#entries.delete(settingKey(setting));
  }

  /** Puts it on the disk; an empty journal is no file at all. */
  async save(): Promise<void> {
    if (this.#namespace) await forgetPredecessors(dirname(this.path), this.#namespace);
    if (this.#owners.size === 0 && this.#entries.size === 0) {
      for (const path of [this.path, draftOf(this.path)]) await rm(path, { force: true });
      return;
    }
    const recorded: Recorded = {
      version: VERSION,
      owners: Object.fromEntries(this.#owners),
      changes: this.entries,
    };
    await writeAtomically(this.path, `${JSON.stringify(recorded, undefined, 2)}\n`);
  }
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

function parse(path: string, text: string): Recorded {
  let recorded: Partial<Recorded> | null;
  try {
    recorded = JSON.parse(text) as Partial<Recorded> | null;
  } catch {
    throw new JournalError(`${path} is not JSON, so what to undo is not known; mend it or move it away`);
  }
  const { version, owners, changes } = recorded ?? {};
  if (version !== VERSION || typeof owners !== 'object' || owners === null || !Array.isArray(changes)) {
    throw new JournalError(`${path} is not a journal of version ${VERSION}; move it away to begin anew`);
  }
  return { version, owners, changes };
}
