import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  stringify,
} from 'yaml';
import type { Place, Problem } from './place.ts';

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

/**
 * Reads YAML 1.2, and with it JSON: a tree for each document in the text that is not empty. Text that is not YAML is
 * told as problems.
 */
export function parseYaml(
  text: string,
  file: string,
): { readonly trees: Tree[]; readonly problems: Problem[] } {
  const lines = new LineCounter();
  const placeAt = (offset: number): Place => ({ file, line: lines.linePos(offset).line || 1 });
  const trees: Tree[] = [];
  const problems: Problem[] = [];
  // The default schema, also where a text asks for another one: `on` and `12:30` are text in all files.
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  });
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const { message, pos } of document.errors) {
      const place = placeAt(pos[0]);
      const hint = hintFor(text.split('\n')[place.line - 1] ?? '');
      problems.push({ ...place, message: `not valid YAML: ${firstSentence(message)}${hint}` });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    try {
      const tree = treeOf(document.contents, document, placeAt, 0);
      if (tree.kind !== 'scalar' || tree.value !== null) trees.push(tree);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      problems.push(error.problem);
    }
  }
  return { trees, problems };
}

/** A plain value as YAML, for people: a text that `parseYaml` reads. */
export function formatYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

class Unreadable extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Deeper than any document goes; an alias may stand inside of what it is an alias of. */
const DEEPEST = 20;

function treeOf(node: Node, document: Document, placeAt: (offset: number) => Place, depth: number): Tree {
  const place = placeAt(node.range?.[0] ?? 0);
  if (depth > DEEPEST) throw new Unreadable({ ...place, message: 'this is nested too deeply' });
  const child = (value: unknown): Tree =>
    value ? treeOf(value as Node, document, placeAt, depth + 1) : { ...place, kind: 'scalar', value: null };
  if (isAlias(node)) {
    const target = node.resolve(document);
    if (!target)
      throw new Unreadable({ ...place, message: `there is no anchor '&${node.source}' before this` });
    // What is wrong with it is wrong where it is written, not where it is used again.
    return child(target);
  }
  if (isSeq(node)) return { ...place, kind: 'list', items: node.items.map(child) };
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }): Entry => {
      const name = child(key);
      if (name.kind !== 'scalar') throw new Unreadable({ ...name, message: 'a key must be a word' });
      return {
        file: name.file,
        line: name.line,
        key: String(name.value),
        value: value ? child(value) : { ...name, value: null },
      };
    });
    return { ...place, kind: 'map', entries };
  }
  const value: unknown = isScalar(node) ? node.value : null;
  const plain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
  return { ...place, kind: 'scalar', value: plain ? value : String(value) };
}

function firstSentence(message: string): string {
  return message.split('\n')[0]!.replace(/[.:]\s*$/, '');
}

/** The one mistake that everybody makes: `[…]` begins a list in YAML. */
function hintFor(line: string): string {
  return /[\s:-]\[[0-9a-fA-F:.]+\]:\d/.test(line)
    ? ' (an address in brackets needs quotes: "[2001:db8::1]:443")'
    : '';
}
