import { type JournalFile, openJournalFile } from '../../host/journal-file.ts';
import { type Target, targetKey } from '../../plan/host/target.ts';
import { type Setting, settingKey } from '../../settings/index.ts';
import { formatJournal, type JournalContent, type JournalEntry, readJournal } from '../../syntax/journal.ts';

/** A journal that cannot be read: it was not written by lvsadm, or was changed. One sentence. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/**
 * What lvsadm has changed on this host, kept in a file so that it can be undone exactly. A change is recorded before
 * it is made: after a crash the journal knows at least everything that has happened.
 */
export class Journal {
  readonly #file: JournalFile;
  readonly #targets: Map<string, Target>;
  readonly #entries: Map<string, JournalEntry>;

  private constructor(file: JournalFile, { targets, changes }: JournalContent) {
    this.#file = file;
    this.#targets = new Map(targets.map((target) => [targetKey(target), target]));
    this.#entries = new Map(changes.map((entry) => [settingKey(entry.setting), entry]));
  }

  /**
   * Reads the journal of this network namespace, in a folder (default /run/lvsadm). Rejects with a JournalError when
   * there is one that makes no sense.
   */
  static async open(folder?: string): Promise<Journal> {
    const file = await openJournalFile(folder);
    const text = await file.read();
    if (text === undefined) return new Journal(file, { targets: [], changes: [] });
    const content = readJournal(text);
    if (typeof content !== 'string') return new Journal(file, content);
    throw new JournalError(
      `${file.path}: ${content}, so what to undo is not known; repair it, or move it away to begin anew`,
    );
  }

  get path(): string {
    return this.#file.path;
  }

  /** What this host was prepared as, by their keys. */
  get targets(): ReadonlyMap<string, Target> {
    return this.#targets;
  }

  /** The changes, in the order in which they were made. */
  get entries(): readonly JournalEntry[] {
    return [...this.#entries.values()];
  }

  find(setting: Setting): JournalEntry | undefined {
    return this.#entries.get(settingKey(setting));
  }

  setTarget(target: Target): void {
    this.#targets.set(targetKey(target), target);
  }

  deleteTarget(key: string): void {
    this.#targets.delete(key);
  }

  put(entry: JournalEntry): void {
    this.#entries.set(settingKey(entry.setting), entry);
  }

  delete(setting: Setting): void {
    this.#entries.delete(settingKey(setting));
  }

  /** Puts it on the disk; an empty journal is no file at all. */
  async save(): Promise<void> {
    if (this.#targets.size === 0 && this.#entries.size === 0) return this.#file.remove();
    return this.#file.write(formatJournal({ targets: [...this.#targets.values()], changes: this.entries }));
  }
}
