import type { Place } from '../document/place.ts';

/**
 * What became of a line that was not simply taken.
 * - `ignored`: keepalived does not do what is written, and neither does the import.
 * - `changed`: keepalived does something else than what is written; the import does the same.
 * - `left-out`: keepalived does it, and the document has no place for it.
 * - `differs`: the document says it, and it works a little differently here.
 */
export type NoteKind = 'ignored' | 'changed' | 'left-out' | 'differs';

export interface Note {
  readonly kind: NoteKind;
  readonly place: Place;
  /** One sentence. */
  readonly text: string;
}

export type Notes = Note[];

export function note(notes: Notes, kind: NoteKind, place: Place, text: string): void {
  notes.push({ kind, place, text });
}
