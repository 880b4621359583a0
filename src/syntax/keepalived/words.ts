/** The words of a line; one in double quotes may have blanks, and is without its quotes (`alloc_strvec_r`). */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [, quoted, plain] of text.matchAll(/"([^"]*)"|([^\s"]+)|"/g)) {
    // A quote that is not closed ends the line.
    if (quoted === undefined && plain === undefined) break;
    words.push(quoted ?? plain!);
  }
  return words;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The same as a shell does it, for scripts and regular expressions: quotes of both kinds within words, and escapes. */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\' && at + 1 < text.length) {
      const [value, length] = unescapeOne(text.slice(at + 1));
      word = (word ?? '') + value;
      at += length;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** What stands after a backslash: its value, and how many characters it takes. */
function unescapeOne(text: string): [value: string, length: number] {
  const octal = /^[0-7]{1,3}/.exec(text)?.[0];
  if (octal) return [String.fromCharCode(Number.parseInt(octal, 8) & 0xff), octal.length];
  const hexadecimal = /^x([0-9A-Fa-f]+)/.exec(text);
  if (hexadecimal) {
    return [String.fromCharCode(Number.parseInt(hexadecimal[1]!, 16) & 0xff), hexadecimal[0].length];
  }
  if (text[0] === 'c' && text[1] !== undefined) return [String.fromCharCode(text.charCodeAt(1) & 0x1f), 2];
  return [ESCAPES[text[0]!] ?? text[0]!, 1];
}
