import { OPTIONS, type Option, OWN_OPTIONS } from './options.ts';

/**
 * What one step through a command line comes upon. `word` is the last word that the step used; `value` is empty for an
 * option that takes none.
 */
export type Token =
  | { readonly kind: 'option'; readonly option: Option; readonly value: string; readonly word: string }
  | { readonly kind: 'error'; readonly text: string; readonly word: string };

type Grammar = { readonly letters: Map<string, Option>; readonly longs: Map<string, Option> };

const COMPATIBLE = grammarOf(OPTIONS);
const OWN = grammarOf([...OPTIONS, ...OWN_OPTIONS]);

function grammarOf(options: readonly Option[]): Grammar {
  const letters = new Map<string, Option>();
  const longs = new Map<string, Option>();
  for (const option of options) {
    if (option.letter) letters.set(option.letter, option);
    longs.set(option.long, option);
  }
  return { letters, longs };
}

/**
 * Takes a command line apart as the popt library does: two dashes and a full name, or one dash and a cluster of
 * letters; values in the next word, after `=`, or glued to a letter. With `posix` the first operand ends the options.
 */
export class WordScanner {
  /** The words so far that are neither options nor their values. */
  readonly operands: string[] = [];
  readonly #words: readonly string[];
  readonly #grammar: Grammar;
  readonly #posix: boolean;
  #next = 0;
  /** The letters of a word that are still to be read. */
  #cluster = '';
  #optionsEnded = false;

  constructor(words: readonly string[], options: { readonly posix: boolean; readonly ownOptions: boolean }) {
    this.#words = words;
    this.#grammar = options.ownOptions ? OWN : COMPATIBLE;
    this.#posix = options.posix;
  }

  /** What comes next; `undefined` at the end. Behind an error there is nothing to be read. */
  next(): Token | undefined {
    if (this.#cluster !== '') return this.#readLetter();
    while (this.#next < this.#words.length) {
      const word = this.#words[this.#next++]!;
      if (this.#optionsEnded || !word.startsWith('-') || word === '-') {
        this.operands.push(word);
        this.#optionsEnded ||= this.#posix;
      } else if (word === '--') {
        this.#optionsEnded = true;
      } else if (word.startsWith('--')) {
        return this.#readLong(word.slice(2));
      } else {
        this.#cluster = word.slice(1);
        return this.#readLetter();
      }
    }
    return undefined;
  }

  #readLong(text: string): Token {
    const equals = text.indexOf('=');
    const option = this.#grammar.longs.get(equals < 0 ? text : text.slice(0, equals));
    if (!option) return this.#error('unknown option');
    const glued = equals < 0 ? undefined : text.slice(equals + 1);
    if (option.argument !== 'none') return this.#readValue(option, glued);
    return glued === undefined ? this.#option(option, '') : this.#error('option does not take an argument');
  }

  #readLetter(): Token {
    const option = this.#grammar.letters.get(this.#cluster[0]!);
    const rest = this.#cluster.slice(1);
    this.#cluster = '';
    if (!option) return this.#error('unknown option');
    if (option.argument !== 'none') {
      return this.#readValue(option, rest === '' ? undefined : rest.startsWith('=') ? rest.slice(1) : rest);
    }
    if (rest.startsWith('=')) return this.#error('option does not take an argument');
    this.#cluster = rest;
    return this.#option(option, '');
  }

  /** An option with the value that stands in its own word, or else in the next one. */
  #readValue(option: Option, glued: string | undefined): Token {
    if (glued !== undefined) return this.#option(option, glued);
    const word = this.#words[this.#next];
    if (word !== undefined && (option.argument === 'required' || !word.startsWith('-'))) {
      this.#next++;
      return this.#option(option, word);
    }
    return option.implied === undefined
      ? this.#error('missing argument')
      : this.#option(option, option.implied);
  }

  #option(option: Option, value: string): Token {
    return { kind: 'option', option, value, word: this.#words[this.#next - 1]! };
  }

  #error(text: string): Token {
    return { kind: 'error', text, word: this.#words[this.#next - 1]! };
  }
}
