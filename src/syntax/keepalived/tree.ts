import type { Place } from '../document/place.ts';
import type { Line } from './lines.ts';
import { type Notes, note } from './notes.ts';
import { splitWords } from './words.ts';

/** The keywords that a block may have, and what each has itself. */
export type Grammar = { readonly [keyword: string]: Keyword };

export type Keyword =
  /** A line. */
  | { readonly line: true }
  /** A block of keywords. */
  | { readonly sub: Grammar }
  /** A block of lines. */
  | { readonly lines: true }
  /** A block in which any keyword may have a block. */
  | { readonly any: true };

export interface Statement {
  readonly keyword: string;
  /** What follows the keyword. */
  readonly words: readonly string[];
  /** The line as it is written, for what reads quotes otherwise. */
  readonly text: string;
  readonly place: Place;
  /** Of a block: what it has. */
  readonly statements: readonly Statement[];
  readonly lines: readonly Line[];
}

/**
 * Lines as blocks. As with keepalived (`process_stream` of lib/parser.c) the keywords that are known decide: the brace
 * after one that is not known opens no block, so that what it has is looked for among the keywords around it, and the
 * brace at its end ends the block around it. One line says so.
 */
export function readTree(lines: readonly Line[], grammar: Grammar, notes: Notes): Statement[] {
  const reader = new Reader(lines, notes);
  return reader.readBlock(grammar, 0);
}

class Reader {
  readonly #lines: readonly Line[];
  readonly #notes: Notes;
  #next = 0;

  constructor(lines: readonly Line[], notes: Notes) {
    this.#lines = lines;
    this.#notes = notes;
  }

  readBlock(grammar: Grammar, level: number): Statement[] {
    const statements: Statement[] = [];
    if (level > 0) this.#open();
    for (let line = this.#take(); line; line = this.#take()) {
      const { text, place } = line;
      if (text === '{') {
        note(this.#notes, 'ignored', place, 'a brace that opens nothing');
        continue;
      }
      if (text === '}' && level > 0) return statements;
      const [keyword = '', ...words] = splitWords(text);
      const known = Object.hasOwn(grammar, keyword) ? grammar[keyword] : undefined;
      if (!known) {
        note(this.#notes, 'ignored', place, unknownText(keyword, this.#lines[this.#next]?.text === '{'));
        continue;
      }
      statements.push({
        keyword,
        words,
        text,
        place,
        statements: this.#readStatements(known, level + 1),
        lines: 'lines' in known ? this.#readLines() : [],
      });
    }
    return statements;
  }

  #readStatements(keyword: Keyword, level: number): Statement[] {
    if ('any' in keyword) return this.#lines[this.#next]?.text === '{' ? this.#readAny() : [];
    return 'sub' in keyword && typeof keyword.sub === 'object' ? this.readBlock(keyword.sub, level) : [];
  }

  #readAny(): Statement[] {
    const statements: Statement[] = [];
    this.#open();
    for (let line = this.#take(); line && line.text !== '}'; line = this.#take()) {
      const [keyword = '', ...words] = splitWords(line.text);
      const hasBlock = this.#lines[this.#next]?.text === '{';
      statements.push({ ...line, keyword, words, statements: hasBlock ? this.#readAny() : [], lines: [] });
    }
    return statements;
  }

  #take(): Line | undefined {
    return this.#lines[this.#next++];
  }

  #open(): void {
    const line = this.#lines[this.#next];
    if (line?.text === '{') this.#next++;
    else if (line) note(this.#notes, 'ignored', line.place, 'a brace is missing before this line');
  }

  #readLines(): Line[] {
    const lines: Line[] = [];
    this.#open();
    for (let line = this.#take(); line && line.text !== '}'; line = this.#take()) lines.push(line);
    return lines;
  }
}

function unknownText(keyword: string, opensBlock: boolean): string {
  if (keyword === '}') return 'a brace that ends nothing';
  return opensBlock
    ? `'${keyword}' is not known to keepalived here: its block is not read as one, and its last brace ends the block around it`
    : `'${keyword}' is not known to keepalived here`;
}
