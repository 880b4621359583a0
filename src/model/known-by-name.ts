/**
 * A class's `Symbol.hasInstance` that goes by the error's name. The program is built in parts, each with a copy of the
 * classes that it uses (scripts/bundle.js): an error may come from another copy than the one that it is held against.
 */
export function knownByName(name: string): (value: unknown) => boolean {
  return (value) => value instanceof Error && value.name === name;
}
