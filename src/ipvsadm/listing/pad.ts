const BLANKS = Array.from({ length: 64 }, (_, count) => ' '.repeat(count));

/** `text.padEnd(width)` for widths below 64, of blanks that are made once: a large table has 200,000 columns. */
export function pad(text: string, width: number): string {
  return text.length < width ? text + BLANKS[width - text.length] : text;
}
