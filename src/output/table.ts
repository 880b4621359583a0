import Table from 'cli-table3';

/** Two spaces between columns, and no other line or space. */
const BARE = {
  chars: Object.fromEntries(
    ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
      ['', '-mid', '-left', '-right'].map((place) => [`${side}${place}`, ''] as const),
    ),
  ),
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
};

/**
 * Rows as lines: each column as wide as its widest cell, two spaces between columns, none at the end. A column with
 * nothing in it is left out.
 */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const columns = Array.from({ length: count }, (_, at) => at).filter((at) => rows.some((row) => row[at]));
  if (columns.length === 0) return rows.map(() => '');
  const table = new Table({ ...BARE, chars: { ...BARE.chars, middle: '  ' } });
  // A cell that is missing would make another one wider.
  table.push(...rows.map((row) => columns.map((at) => row[at] ?? '')));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
