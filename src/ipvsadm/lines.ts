import { StringDecoder } from 'node:string_decoder';

/** Text as it arrives, in pieces of any size. */
export type Input = AsyncIterable<string | Uint8Array>;

/** The lines of an input: for each piece that arrives, those that it completes; at its end, what is left. */
export async function* linesOf(input: Input): AsyncGenerator<string[]> {
  let rest = '';
  for await (const text of decoded(input)) {
    const lines = text.split('\n');
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    yield lines;
  }
  yield [rest];
}

/** All of an input. */
export async function readText(input: Input): Promise<string> {
  let all = '';
  for await (const text of decoded(input)) all += text;
  return all;
}

/** A text as an input. */
export async function* textInput(text: string): AsyncGenerator<string> {
  yield text;
}

async function* decoded(input: Input): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  for await (const piece of input) yield decoder.write(piece);
  yield decoder.end();
}

/**
 * Cuts a line of a restore at blanks. The word `ipvsadm` may stand anywhere and means nothing, as does `ownName` in
 * front. A word ends at a zero byte, as it does in C.
 */
export function wordsOf(line: string, ownName?: string): string[] {
  const words: string[] = [];
  for (let start = 0, end = 0; start < line.length; start = end + 1) {
    end = start;
    while (end < line.length && !isBlank(line.charCodeAt(end))) end++;
    if (end === start) continue;
    const piece = line.slice(start, end);
    const zero = piece.indexOf('\0');
    const word = zero < 0 ? piece : piece.slice(0, zero);
    if (word !== 'ipvsadm') words.push(word);
  }
  return ownName !== undefined && words[0] === ownName ? words.slice(1) : words;
}

/** Whether a character is a space, a tabulator or a carriage return. */
function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13;
}
