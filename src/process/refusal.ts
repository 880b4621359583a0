/** Why a line about a FULLNAT service is not carried out: one line for the operator. */
export class FullnatRefusal extends Error {
  override readonly name = 'FullnatRefusal';

  /** Parts of the program are built apart, each with a copy of this class (scripts/bundle.js): the name tells. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'FullnatRefusal';
  }
}
