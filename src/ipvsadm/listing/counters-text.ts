/** Above each of these a counter is divided by the number, cut to a whole, and given the letter. Largest first. */
const UNITS: readonly { readonly from: bigint; readonly by: bigint; readonly letter: string }[] = [
  { from: 100_000_000_000_000n, by: 1_000_000_000_000n, letter: 'T' },
  { from: 100_000_000_000n, by: 1_000_000_000n, letter: 'G' },
  { from: 1_000_000_000n, by: 1_000_000n, letter: 'M' },
  { from: 100_000_000n, by: 1_000n, letter: 'K' },
];

/** A counter as a column of 9, abbreviated where no blank would be left; from 10¹⁹ on there is none all the same. */
export function shortCount(value: bigint): string {
  if (value < 100_000_000n) return String(value).padStart(9);
  const { by, letter } = UNITS.find(({ from }) => value >= from)!;
  return String(value / by).padStart(8) + letter;
}

/** A counter in full: a column of 9, or as wide as it takes with a blank before it. */
export function fullCount(value: bigint): string {
  return ` ${String(value).padStart(8)}`;
}
