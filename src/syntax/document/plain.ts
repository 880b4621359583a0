/**
 * Reads the YAML that nearly all documents consist of, JSON among it, much faster than the YAML library does: block
 * maps and lists, flow maps and lists, comments, and scalars on one line. Of everything else (anchors, tags, several
 * documents, block scalars, odd spellings of numbers, anything doubtful or wrong) it keeps its hands off: the answer is
 * `undefined`, and the library reads the text, and words what is wrong with it. A test holds the trees of both together.
 */
import type { Place } from './place.ts';
import { DEEPEST, type Entry, isOneLine, type Tree } from './tree.ts';

/** The text's tree, or `undefined` for a text that is not as plain as that. */
export function readPlain(text: string, file: string): Tree | undefined {
  try {
    return new PlainReader(text, file).readText();
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

const NOT_PLAIN = new Error('not plain');

/** `key:`, with a blank or the line's end behind it. */
const KEY = /([A-Za-z_$][\w$-]{0,100}):(?=[ \n]|$)/y;
const WORD = /-?[A-Za-z0-9_./$](?:[\w./$%@+-]|:(?=[\w./]))*/y;
const QUOTED = /"(?:[^"\\\0-\x1f\x7f-\x9f\u2028\u2029\uFEFF]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SINGLE = /'([^'\0-\x1f\x7f-\x9f\u2028\u2029\uFEFF]*)'(?!')/y;
const LINE_END = / *(?: #[^\n\0-\x08\x0b-\x1f]*)?(?:\n|$)/y;
const LINE_SPACE = / */y;
const FLOW_SPACE = /[ \t\n]*/y;
const KEY_COLON = / *: */y;

const INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const OTHER_NUMBER =
  /^-?(?:0x[\da-fA-F]+|0o[0-7]+|(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|\.(?:inf|Inf|INF|nan|NaN|NAN))$/;
const CONSTANTS = new Map<string, boolean | null>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
  ...['null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);

class PlainReader {
  readonly #file: string;
  readonly #text: string;
  readonly #needsColumn: boolean;
  #line = 1;
  /** Where the next line begins. */
  #nextStart: number;
  #at = 0;
  /** How far the content at `#at` is indented, when a line has just begun; -1 at the end of the text. */
  #indent = 0;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#text = text.replace(/^\uFEFF/, '');
    this.#needsColumn = isOneLine(text);
    this.#nextStart = this.#text.indexOf('\n') + 1;
  }

  readText(): Tree {
    this.#nextLine();
    if (this.#indent !== 0) throw NOT_PLAIN;
    const first = this.#text[this.#at];
    let tree: Tree;
    if (first === '{' || first === '[') {
      tree = this.#flow(0, true);
      this.#endLine();
    } else tree = this.#block(0, 0);
    if (this.#at < this.#text.length) throw NOT_PLAIN;
    return tree;
  }

  /** Goes to the next line that has something in it, and sets `#indent`. `#at` is at the beginning of a line. */
  #nextLine(): void {
    const text = this.#text;
    for (;;) {
      const start = this.#at;
      let at = start;
      while (text[at] === ' ') at++;
      this.#at = at;
      if (at >= text.length) {
        this.#indent = -1;
        return;
      }
      if (text[at] === '#' || text[at] === '\n') {
        if (text[at] === '\n') this.#at = at + 1;
        else this.#comment(at);
        continue;
      }
      if (at === start && text.startsWith('...', at)) {
        this.#documentEnd();
        return;
      }
      if (at === start && text.startsWith('---', at)) throw NOT_PLAIN;
      this.#indent = at - start;
      return;
    }
  }

  #comment(at: number): void {
    const end = this.#text.indexOf('\n', at);
    this.#at = end < 0 ? this.#text.length : end + 1;
    if (/[\0-\x08\x0b-\x1f]/.test(this.#text.slice(at, this.#at))) throw NOT_PLAIN;
  }

  /** `...` may have nothing behind it. */
  #documentEnd(): void {
    if (!/^\.\.\.\s*$/.test(this.#text.slice(this.#at, this.#at + 100))) throw NOT_PLAIN;
    this.#at = this.#text.length;
    this.#indent = -1;
  }

  #block(indent: number, depth: number): Tree {
    if (depth > DEEPEST) throw NOT_PLAIN;
    return this.#atItem() ? this.#blockList(indent, depth) : this.#blockMap(indent, depth);
  }

  #atItem(): boolean {
    const after = this.#text[this.#at + 1];
    return this.#text[this.#at] === '-' && (after === ' ' || after === '\n');
  }

  #blockList(indent: number, depth: number): Tree {
    const place = this.#place();
    const items: Tree[] = [];
    do {
      const dash = this.#at++;
      this.#match(LINE_SPACE);
      const column = indent + this.#at - dash;
      if (this.#text[this.#at] === '\n' || this.#text[this.#at] === '#') {
        this.#endLine();
        if (this.#indent <= indent) throw NOT_PLAIN;
        items.push(this.#block(this.#indent, depth + 1));
      } else if (this.#atItem() || this.#peeksKey()) items.push(this.#block(column, depth + 1));
      else items.push(this.#inline(depth + 1));
    } while (this.#indent === indent && this.#atItem());
    if (this.#indent > indent) throw NOT_PLAIN;
    return { ...place, kind: 'list', items };
  }

  #blockMap(indent: number, depth: number): Tree {
    const place = this.#place();
    const entries: Entry[] = [];
    do {
      const keyPlace = this.#place();
      const key = this.#key();
      this.#match(LINE_SPACE);
      const end = this.#text[this.#at];
      let value: Tree;
      if (end === '\n' || end === '#') {
        if (end === '#' && this.#text[this.#at - 1] !== ' ') throw NOT_PLAIN;
        this.#endLine();
        // A list may stand as far left as the key that has it.
        if (this.#indent < indent || (this.#indent === indent && !this.#atItem())) throw NOT_PLAIN;
        value = this.#block(this.#indent, depth + 1);
      } else value = this.#inline(depth + 1);
      entries.push({ ...keyPlace, key, value });
    } while (this.#indent === indent);
    if (this.#indent > indent) throw NOT_PLAIN;
    return { ...place, kind: 'map', entries: unique(entries) };
  }

  /** A value on the rest of the line, which then ends. */
  #inline(depth: number): Tree {
    const start = this.#at;
    const first = this.#text[start];
    const tree = first === '{' || first === '[' ? this.#flow(depth, false) : this.#scalar();
    this.#endLine();
    return tree;
  }

  #flow(depth: number, lines: boolean): Tree {
    if (depth > DEEPEST) throw NOT_PLAIN;
    const first = this.#text[this.#at];
    if (first !== '{' && first !== '[') return this.#scalar();
    const place = this.#place();
    const space = lines ? FLOW_SPACE : LINE_SPACE;
    const close = first === '{' ? '}' : ']';
    const items: Tree[] = [];
    const entries: Entry[] = [];
    this.#at++;
    this.#match(space);
    if (this.#text[this.#at] === close) this.#at++;
    else {
      for (;;) {
        if (first === '[') items.push(this.#flow(depth + 1, lines));
        else entries.push(this.#flowEntry(depth, lines));
        this.#match(space);
        const next = this.#text[this.#at++];
        if (next === close) break;
        if (next !== ',') throw NOT_PLAIN;
        this.#match(space);
      }
    }
    return first === '['
      ? { ...place, kind: 'list', items }
      : { ...place, kind: 'map', entries: unique(entries) };
  }

  #flowEntry(depth: number, lines: boolean): Entry {
    const place = this.#place();
    let key: string;
    if (this.#text[this.#at] === '"') {
      key = this.#quoted();
      if (key.length > 100 || this.#match(KEY_COLON) === '') throw NOT_PLAIN;
    } else key = this.#key();
    this.#match(lines ? FLOW_SPACE : LINE_SPACE);
    return { ...place, key, value: this.#flow(depth + 1, lines) };
  }

  #peeksKey(): boolean {
    KEY.lastIndex = this.#at;
    return KEY.test(this.#text);
  }

  #key(): string {
    const found = this.#match(KEY);
    const key = found.slice(0, -1);
    // As a value it would not be text.
    if (found === '' || CONSTANTS.has(key)) throw NOT_PLAIN;
    return key;
  }

  #scalar(): Tree {
    const place = this.#place();
    return { ...place, kind: 'scalar', value: this.#scalarValue() };
  }

  #scalarValue(): string | number | boolean | null {
    const first = this.#text[this.#at];
    if (first === '"') return this.#quoted();
    if (first === "'") return this.#match(SINGLE).slice(1, -1) || throwNotPlain();
    const word = this.#match(WORD);
    if (word === '') throw NOT_PLAIN;
    // Only what begins with one of `-./0…9` can be a number.
    if (word.charCodeAt(0) < 58 && OTHER_NUMBER.test(word)) {
      return INTEGER.test(word) ? Number(word) : throwNotPlain();
    }
    return CONSTANTS.has(word) ? CONSTANTS.get(word)! : word;
  }

  #quoted(): string {
    const found = this.#match(QUOTED);
    if (found === '') throw NOT_PLAIN;
    return found.includes('\\') ? (JSON.parse(found) as string) : found.slice(1, -1);
  }

  #endLine(): void {
    LINE_END.lastIndex = this.#at;
    if (!LINE_END.test(this.#text)) {
      // A comment right at the dash's or the key's blank.
      if (this.#text[this.#at] !== '#' || this.#text[this.#at - 1] !== ' ') throw NOT_PLAIN;
      this.#comment(this.#at);
    } else this.#at = LINE_END.lastIndex;
    this.#nextLine();
  }

  /** Where `#at` is, which only ever goes on. */
  #place(): Place {
    const at = this.#at;
    while (this.#nextStart > 0 && this.#nextStart <= at) {
      this.#line++;
      this.#nextStart = this.#text.indexOf('\n', this.#nextStart) + 1;
    }
    const file = this.#file;
    const line = this.#line;
    return this.#needsColumn && line === 1 ? { file, line, column: at + 1 } : { file, line };
  }

  /** What the pattern finds here, behind which `#at` is then; empty when it finds nothing. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return '';
    const start = this.#at;
    this.#at = pattern.lastIndex;
    return this.#text.slice(start, this.#at);
  }
}

function throwNotPlain(): never {
  throw NOT_PLAIN;
}

/** The same entries; a key that is there twice is left to the library. */
function unique(entries: readonly Entry[]): readonly Entry[] {
  const few = entries.length < 12;
  const twice = few
    ? entries.some(({ key }, index) => entries.findIndex((other) => other.key === key) !== index)
    : new Set(entries.map(({ key }) => key)).size !== entries.length;
  if (twice) throw NOT_PLAIN;
  return entries;
}
