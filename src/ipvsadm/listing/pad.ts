const BLANKS = Array.from({ length: 64 }, (_, count) => ' '.repeat(count));
const MORE_THAN_ASCII = /[^\0-\x7f]/;

/**
 * A text filled up to so many bytes (below 64), as C's `printf` does it, with blanks that are made once: a large table has
 * 200,000 columns.
 */
export function pad(text: string, width: number): string {
  if (text.length >= width) return text;
  const size = MORE_THAN_ASCII.test(text) ? Buffer.byteLength(text) : text.length;
  return size < width ? text + BLANKS[width - size] : text;
}
