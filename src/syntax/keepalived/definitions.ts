import { dirname } from 'node:path/posix';

/** Replacements in one line: a definition that needs itself would never end. */
const MOST = 1000;
const LONGEST = 100_000;

const HELD = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)]|$))/;

interface Given {
  readonly configId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A line with its definitions put in, and the lines that follow where the last one had several. */
export interface Replaced {
  readonly text: string;
  readonly more: readonly string[];
}

/** What `$NAME=value` has defined so far, and what keepalived defines itself. */
export class Definitions {
  readonly #values = new Map<string, string | readonly string[]>();
  readonly #given: Given;
  #folder = '.';

  constructor(given: Given) {
    this.#given = given;
  }

  /** From now on lines come from this file. */
  enter(file: string): void {
    this.#folder = dirname(file);
  }

  define(name: string, value: string | readonly string[]): void {
    this.#values.set(name, value);
  }

  /** `undefined` where there is nothing to replace. Values are replaced in turn, where they are used. */
  replace(line: string): Replaced | undefined {
    let text = line;
    let count = 0;
    for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at)) {
      const held = HELD.exec(text.slice(at));
      const value = held ? this.#value(held[1] ?? held[3]!, held[2] ?? '') : undefined;
      const isLast = held !== null && at + held[0].length === text.length;
      if (held === null || value === undefined || (typeof value !== 'string' && !isLast)) {
        at += 1;
        continue;
      }
      count += 1;
      if (count > MOST || text.length > LONGEST) break;
      if (typeof value !== 'string') {
        const [first = '', ...more] = value;
        return { text: text.slice(0, at) + first, more };
      }
      text = text.slice(0, at) + value + text.slice(at + held[0].length);
      // A sequence is processed by itself.
      if (value.trimStart().startsWith('~')) break;
    }
    return count === 0 ? undefined : { text, more: [] };
  }

  #value(name: string, words: string): string | readonly string[] | undefined {
    const defined = this.#values.get(name);
    if (defined !== undefined) return words.trim() === '' ? defined : undefined;
    switch (name) {
      case '_PWD':
        return this.#folder;
      case '_INSTANCE':
        return this.#given.configId;
      case '_ENV':
        return this.#given.environment[words.trim()] ?? '';
      case '_HASH':
        return '\\#';
      case '_BANG':
        return '\\!';
      // By chance there, and the same every time here: a document has one value.
      case '_RANDOM':
        return /^\d+/.exec(words.trim())?.[0] ?? '0';
      default:
        return undefined;
    }
  }
}
