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

/** Rows as lines: each column as wide as its widest cell, two spaces between columns, none at the end. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const table = new Table({ ...BARE, chars: { ...BARE.chars, middle: '  ' } });
  const count = Math.max(...rows.map(({ length }) => length));
  // A cell that is missing would make another one wider.
  table.push(...rows.map((row) => [...row, ...Array<string>(count - row.length).fill('')]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}
