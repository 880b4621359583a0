/** `--prune=false` is how it is said where options come from variables; the parser knows `--no-prune`. */
export function spellPrune(word: string): string {
  if (word === '--prune=true') return '--prune';
  return word === '--prune=false' ? '--no-prune' : word;
}
