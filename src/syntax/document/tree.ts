import type { Place } from './place.ts';

/** A piece of a YAML or JSON text, with the place where it begins. Keys of maps are text. */
export type Tree = Place &
  (
    | { readonly kind: 'map'; readonly entries: readonly Entry[] }
    | { readonly kind: 'list'; readonly items: readonly Tree[] }
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  );

/** A key of a map, its place, and what it has. */
export interface Entry extends Place {
  readonly key: string;
  readonly value: Tree;
}

/** Deeper than any document goes. */
export const DEEPEST = 20;

/** Whether a text is JSON on one line, as programs write it: places in it need a column. */
export function isOneLine(text: string): boolean {
  return /^\s*[[{].*$/.test(text.trimEnd());
}
