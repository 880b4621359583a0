import { list, literal, object, record, type Shape, text } from '../model/shape.ts';
import { type Role, type Target, targetKey } from '../plan/host/target.ts';
import {
  parseState,
  readState,
  type Setting,
  type SettingState,
  settingKey,
  settingShape,
} from '../settings/index.ts';
import { parseTarget } from './target/target.ts';
import { targetShape } from './target/target-shape.ts';

/** Something that was changed: what it was, what it was made, and on whose behalf. */
export interface JournalEntry {
  readonly setting: Setting;
  readonly before: SettingState;
  readonly set: SettingState;
  /** Keys of targets; when the last one leaves, `before` comes back. */
  readonly owners: readonly string[];
}

/** What a journal says: what this host was prepared as, and the changes in the order they were made. */
export interface JournalContent {
  readonly targets: readonly Target[];
  readonly changes: readonly JournalEntry[];
}

const VERSION = 2;

/** The text of a journal: one JSON document, for people to read when they have to. */
export function formatJournal({ targets, changes }: JournalContent): string {
  return `${JSON.stringify({ version: VERSION, targets, changes }, undefined, 2)}\n`;
}

const owner = text(/^(realserver|director|fullnat) [0-9a-z.:[\]() ]{1,80}$/i);
const anything: Shape<unknown> = (value) => value;
const entry = object({ setting: settingShape, before: anything, set: anything, owners: list(owner) });
const second = object({ version: literal(2), targets: list(targetShape), changes: list(entry) });
const oldState = object({ value: text(/^[^\n]{1,400}$/) }, { alongside: anything, other: anything });
const oldEntry = object({ setting: anything, before: oldState, set: oldState, owners: list(owner) });
const first = object({
  version: literal(1),
  owners: record(owner, list(text(/^[^\n]{1,4000}$/))),
  changes: list(oldEntry),
});

/** Reads a journal of this version or the one before; a sentence says what is wrong with another text. */
export function readJournal(text: string): JournalContent | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  const content = readSecond(value) ?? readFirst(value);
  if (!content) return 'it is not what lvsadm writes';
  const keys = new Set(content.targets.map(targetKey));
  if (keys.size < content.targets.length) return 'it has a target twice';
  const settings = new Set(content.changes.map(({ setting }) => settingKey(setting)));
  if (settings.size < content.changes.length) return 'it has a setting twice';
  return content;
}

function readSecond(value: unknown): JournalContent | undefined {
  const read = second(value);
  const changes = read?.changes.map((change): JournalEntry | undefined => {
    const before = readState(change.setting, change.before);
    const set = readState(change.setting, change.set);
    return before && set && { ...change, before, set };
  });
  return read && changes && areAll(changes) ? { targets: read.targets, changes } : undefined;
}

/** Version 1 had the words of command lines for targets, and words for states. */
function readFirst(value: unknown): JournalContent | undefined {
  const read = first(value);
  if (!read) return undefined;
  const targets = Object.entries(read.owners).map(([key, words]) =>
    parseTarget(key.split(' ', 1)[0] as Role, key, words),
  );
  const changes = read.changes.map((change): JournalEntry | undefined => {
    const setting = settingShape(change.setting);
    const before = setting && readOldState(setting, change.before);
    const set = setting && readOldState(setting, change.set);
    return setting && before && set && { setting, before, set, owners: change.owners };
  });
  return areAll(targets) && areAll(changes) ? { targets, changes } : undefined;
}

function readOldState(
  setting: Setting,
  { value, ...rest }: { readonly value: string; readonly alongside?: unknown; readonly other?: unknown },
): SettingState | undefined {
  const state = parseState(setting, value);
  return state && readState(setting, state.is === 'value' ? { ...state, ...rest } : state);
}

function areAll<T>(items: readonly (T | undefined)[]): items is readonly T[] {
  return items.every((item) => item !== undefined);
}
