import { type Problem, placeOf, type Spot } from './place.ts';

/** A piece of a YAML or JSON text, and where it begins. Keys of maps are text. */
export type Tree = Spot &
  (
    | { readonly kind: 'map'; readonly entries: readonly Entry[] }
    | { readonly kind: 'list'; readonly items: readonly Tree[] }
    | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
  );

/** A key of a map, where it is, and what it has. */
export interface Entry extends Spot {
  readonly key: string;
  readonly value: Tree;
}

/** Deeper than any document goes. */
export const DEEPEST = 20;

/** A text of which no tree can be made. */
export class Unreadable extends Error {
  readonly problem: Problem;

  constructor(spot: Spot, message: string) {
    super(message);
    this.problem = { ...placeOf(spot), message };
  }
}
