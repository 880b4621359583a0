import { OPTIONS, type Option, OWN_OPTIONS } from './options.ts';

/**
 * What one step through a command line comes upon. `word` is the last word that the step used; `value` is empty for an
 * option that takes none.
 */
export type Token =
  | { readonly kind: 'option'; readonly option: Option; readonly value: string; readonly word: string }
  | { readonly kind: 'error'; readonly text: string; readonly word: string };

/** A command line taken apart. An error is always the last token: nothing behind it is looked at. */
export interface ScannedWords {
  readonly tokens: readonly Token[];
  /** The words that are neither options nor their values. */
  readonly operands: readonly string[];
}

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
export function scanWords(
  words: readonly string[],
  { posix = false, ownOptions = false }: { posix?: boolean; ownOptions?: boolean } = {},
): ScannedWords {
  const grammar = ownOptions ? OWN : COMPATIBLE;
  const tokens: Token[] = [];
  const operands: string[] = [];
  let next = 0;
  let optionsEnded = false;

  const fail = (text: string): void => {
    tokens.push({ kind: 'error', text, word: words[next - 1]! });
  };

  /** Adds an option, whose value may stand in the same word. Returns false after an error. */
  const accept = (option: Option, glued: string | undefined): boolean => {
    if (option.argument === 'none') {
      tokens.push({ kind: 'option', option, value: '', word: words[next - 1]! });
      return true;
    }
    let value = glued;
    if (value === undefined && next < words.length) {
      if (option.argument === 'required' || !words[next]!.startsWith('-')) value = words[next++]!;
    }
    value ??= option.implied;
    if (value === undefined) {
      fail('missing argument');
      return false;
    }
    tokens.push({ kind: 'option', option, value, word: words[next - 1]! });
    return true;
  };

  const acceptLong = (text: string): boolean => {
    const equals = text.indexOf('=');
    const option = grammar.longs.get(equals < 0 ? text : text.slice(0, equals));
    if (!option) {
      fail('unknown option');
      return false;
    }
    if (equals >= 0 && option.argument === 'none') {
      fail('option does not take an argument');
      return false;
    }
    return accept(option, equals < 0 ? undefined : text.slice(equals + 1));
  };

  const acceptCluster = (text: string): boolean => {
    for (let at = 0; at < text.length; at++) {
      const option = grammar.letters.get(text[at]!);
      const rest = text.slice(at + 1);
      if (!option) {
        fail('unknown option');
        return false;
      }
      if (option.argument !== 'none') {
        return accept(option, rest === '' ? undefined : rest.startsWith('=') ? rest.slice(1) : rest);
      }
      if (rest.startsWith('=')) {
        fail('option does not take an argument');
        return false;
      }
      accept(option, undefined);
    }
    return true;
  };

  while (next < words.length) {
    const word = words[next++]!;
    if (optionsEnded || !word.startsWith('-') || word === '-') {
      operands.push(word);
      optionsEnded ||= posix;
    } else if (word === '--') {
      optionsEnded = true;
    } else if (!(word.startsWith('--') ? acceptLong(word.slice(2)) : acceptCluster(word.slice(1)))) {
      break;
    }
  }
  return { tokens, operands };
}
