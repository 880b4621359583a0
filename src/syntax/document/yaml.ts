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
  visit,
} from 'yaml';
import { type Place, type Problem, placeOf } from './place.ts';
import { readPlain } from './plain.ts';
import { DEEPEST, type Entry, isOneLine, type Tree } from './tree.ts';

export interface Trees {
  readonly trees: Tree[];
  readonly problems: Problem[];
}

/**
 * Reads YAML 1.2, and with it JSON: a tree for each document in the text that is not empty. Text that is not YAML is
 * told as problems.
 */
export function parseYaml(text: string, file: string): Trees {
  const plain = readPlain(text, file);
  return plain ? { trees: [plain], problems: [] } : parseAnyYaml(text, file);
}

/** The same by the YAML library alone, which takes much longer. */
export function parseAnyYaml(text: string, file: string): Trees {
  const lines = new LineCounter();
  const needsColumn = isOneLine(text);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: line || 1, ...(needsColumn && line === 1 && { column: col }) };
  };
  const trees: Tree[] = [];
  const problems: Problem[] = [];
  // The default schema, also where a text asks for another one: `on` and `12:30` are text in all files.
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    // It compares each with each; `Reader` does it better.
    uniqueKeys: false,
  });
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const { message, pos } of document.errors) {
      const place = placeAt(pos[0]);
      const hint = hintFor(text.split('\n')[place.line - 1] ?? '');
      const isDeep = message.includes('call stack');
      problems.push({
        ...place,
        message: isDeep ? TOO_DEEP : `not valid YAML: ${firstSentence(message)}${hint}`,
      });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    try {
      const tree = new Reader(document, placeAt).read(document.contents);
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

const TOO_DEEP = 'this is nested too deeply';
/** Pieces that a document has when all that its aliases stand for is written out; more than any table needs. */
const MOST = 5_000_000;

/** Makes trees of nodes. What an alias stands for is made once, however often it is used. */
class Reader {
  readonly #placeAt: (offset: number) => Place;
  readonly #targets: ReadonlyMap<unknown, Node>;
  readonly #made = new Map<Node, Tree>();
  /** How many pieces a tree has, with those of its aliases. */
  readonly #sizes = new Map<Tree, number>();
  /** What is being made, from the outside in. */
  readonly #within: Node[] = [];

  constructor(document: Document, placeAt: (offset: number) => Place) {
    this.#placeAt = placeAt;
    this.#targets = findTargets(document);
  }

  read(node: Node): Tree {
    const tree = this.#tree(node);
    if (this.#size(tree) > MOST) {
      throw new Unreadable({ ...placeOf(tree), message: `its aliases make more than ${MOST} pieces of it` });
    }
    return tree;
  }

  #tree(node: Node): Tree {
    const known = this.#made.get(node);
    if (known) return known;
    const place = this.#placeAt(node.range?.[0] ?? 0);
    if (this.#within.length > DEEPEST) throw new Unreadable({ ...place, message: TOO_DEEP });
    if (isAlias(node)) return this.#aliasTree(node, node.source, place);
    this.#within.push(node);
    const tree = this.#plainTree(node, place);
    this.#within.pop();
    this.#made.set(node, tree);
    return tree;
  }

  /** What is wrong with it is wrong where it is written, not where it is used again. */
  #aliasTree(node: Node, name: string, place: Place): Tree {
    const target = this.#targets.get(node);
    if (!target) throw new Unreadable({ ...place, message: `there is no anchor '&${name}' before this` });
    if (this.#within.includes(target)) {
      throw new Unreadable({ ...place, message: TOO_DEEP });
    }
    return this.#tree(target);
  }

  #plainTree(node: Node, place: Place): Tree {
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#child(item, place));
      return this.#sized({ ...place, kind: 'list', items }, items);
    }
    if (isMap(node)) {
      const entries = this.#entries(node.items, place);
      return this.#sized(
        { ...place, kind: 'map', entries },
        entries.map(({ value }) => value),
      );
    }
    if (isScalar(node) && node.type === 'PLAIN' && /^[-+]?0\d+$/.test(node.source ?? '')) {
      const meant = `write ${Number(node.source)}, or "${node.source}" for text`;
      throw new Unreadable({
        ...place,
        message: `'${node.source}' begins with 0, which some read as octal: ${meant}`,
      });
    }
    const value: unknown = isScalar(node) ? node.value : null;
    const plain =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
    return { ...place, kind: 'scalar', value: plain ? value : String(value) };
  }

  #entries(pairs: readonly { key: unknown; value: unknown }[], place: Place): Entry[] {
    const keys = new Set<string>();
    return pairs.map(({ key, value }) => {
      const name = this.#child(key, place);
      if (name.kind !== 'scalar') throw new Unreadable({ ...placeOf(name), message: 'a key must be a word' });
      const text = String(name.value);
      if (keys.has(text)) {
        throw new Unreadable({ ...placeOf(name), message: 'not valid YAML: Map keys must be unique' });
      }
      keys.add(text);
      return { ...placeOf(name), key: text, value: this.#child(value, placeOf(name)) };
    });
  }

  #child(value: unknown, place: Place): Tree {
    return value ? this.#tree(value as Node) : { ...place, kind: 'scalar', value: null };
  }

  #sized(tree: Tree, parts: readonly Tree[]): Tree {
    this.#sizes.set(
      tree,
      parts.reduce((sum, part) => sum + this.#size(part), 1),
    );
    return tree;
  }

  #size(tree: Tree): number {
    return this.#sizes.get(tree) ?? 1;
  }
}

/** What each alias stands for: what had its anchor last before it. */
function findTargets(document: Document): Map<unknown, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<unknown, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node as Node);
      }
    },
  });
  return targets;
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
