import { didYouMean } from '../suggestion.ts';
import { type Place, type Problem, placeOf } from './place.ts';
import type { Tree } from './tree.ts';

/** Collects what is wrong with a document, so that all of it can be told at once. */
export class Findings {
  readonly problems: Problem[] = [];

  add(place: Place, message: string): undefined {
    this.problems.push({ ...placeOf(place), message });
    return undefined;
  }
}

/** What a map has for each of its known keys. */
export type Fields<K extends string> = Place & { readonly [key in K]: Tree | undefined };

/** Reads a map whose keys are all known; anything else is a finding. `what` is what the map describes. */
export function readFields<K extends string>(
  tree: Tree,
  what: string,
  keys: readonly K[],
  findings: Findings,
): Fields<K> | undefined {
  if (tree.kind !== 'map') return findings.add(tree, `${what} must be a map of ${keys.join(', ')}`);
  const fields = placeOf(tree) as Place & Partial<Record<K, Tree>>;
  for (const entry of tree.entries) {
    const { key, value } = entry;
    if (!(keys as readonly string[]).includes(key)) {
      const guess = didYouMean(key, keys) || `: ${what} has ${keys.join(', ')}`;
      findings.add(entry, `unknown key '${key}'${guess}`);
    } else if (value.kind === 'scalar' && value.value === null) {
      findings.add(entry, `'${key}' has no value; leave it out for the default`);
    } else (fields as Partial<Record<K, Tree>>)[key as K] = value;
  }
  return fields as Fields<K>;
}

export function readList<T>(
  tree: Tree | undefined,
  what: string,
  read: (item: Tree) => T | undefined,
  findings: Findings,
): T[] {
  if (!tree) return [];
  if (tree.kind !== 'list') {
    findings.add(tree, `${what} must be a list`);
    return [];
  }
  return tree.items.map(read).filter((item) => item !== undefined);
}

/** A whole number in a range, also when it is written as text. */
export function readNumber(
  tree: Tree | undefined,
  what: string,
  least: number,
  most: number,
  findings: Findings,
): number | undefined {
  if (!tree) return undefined;
  const value = tree.kind === 'scalar' ? tree.value : undefined;
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most)
    return number;
  return findings.add(tree, `${what} must be a whole number from ${least} to ${most}${shown(tree)}`);
}

export function readText(tree: Tree | undefined, what: string, findings: Findings): string | undefined {
  if (!tree) return undefined;
  if (tree.kind === 'scalar' && (typeof tree.value === 'string' || typeof tree.value === 'number')) {
    return String(tree.value);
  }
  return findings.add(tree, `${what} must be text${shown(tree)}`);
}

export function readBoolean(tree: Tree | undefined, what: string, findings: Findings): boolean | undefined {
  if (!tree) return undefined;
  if (tree.kind === 'scalar' && typeof tree.value === 'boolean') return tree.value;
  return findings.add(tree, `${what} must be true or false${shown(tree)}`);
}

/** One of the words, or another spelling of it; upper and lower case are the same. */
export function readChoice<T extends string>(
  tree: Tree | undefined,
  what: string,
  choices: readonly T[],
  spellings: Readonly<Record<string, T>>,
  findings: Findings,
): T | undefined {
  if (!tree) return undefined;
  const word = tree.kind === 'scalar' ? String(tree.value).toLowerCase() : '';
  const found =
    choices.find((choice) => choice === word) ??
    (Object.hasOwn(spellings, word) ? spellings[word] : undefined);
  if (found !== undefined) return found;
  const guess = word === '' ? '' : didYouMean(word, [...choices, ...Object.keys(spellings)]);
  return findings.add(tree, `${what} must be one of ${choices.join(', ')}${shown(tree)}${guess}`);
}

/** `, not 'abc'`, for what can be shown in a few letters. */
export function shown(tree: Tree): string {
  if (tree.kind !== 'scalar') return `, not a ${tree.kind}`;
  return `, not '${String(tree.value).slice(0, 60)}'`;
}
