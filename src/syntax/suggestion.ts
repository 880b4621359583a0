/** `: did you mean 'weight'?` when one of the known words is close to what was written; otherwise nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const found = suggest(word, known);
  return found === undefined ? '' : `: did you mean '${found}'?`;
}

/**
 * The known word that is nearest to a misspelt one: at most a third of its letters wrong, and case, dashes and
 * underscores do not count. `undefined` when none is that close.
 */
function suggest(word: string, known: readonly string[]): string | undefined {
  const plain = fold(word);
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const folded = fold(candidate);
    // The beginning of a long word is as good as a slip of the finger.
    const begun = plain.length >= 3 && folded.startsWith(plain);
    const distance = begun ? 1 : editDistance(plain, folded);
    if (distance > Math.max(1, Math.floor(folded.length / 3))) continue;
    if (!best || distance < best.distance) best = { word: candidate, distance };
  }
  return best?.word;
}

function fold(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}

/** Letters to add, take away, replace or swap with their neighbour (restricted Damerau-Levenshtein). */
function editDistance(a: string, b: string): number {
  // Far too long to be a misspelling; and the table below would grow with it.
  if (Math.abs(a.length - b.length) > 8) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
