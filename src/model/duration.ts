const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Reads a time in whole seconds, or with a unit: `60`, `60s`, `5m`, `1h`, `1m30s`. Gives seconds, or `undefined`. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d{1,9}|(\d{1,9}[smhd])+)$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, digits, unit] of text.matchAll(/(\d+)([smhd]?)/g))
    seconds += Number(digits) * SECONDS[unit!]!;
  return seconds;
}

/** `45s`, `5m`, `1m30s`; a text that `parseDuration` reads. */
export function formatDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes === 0) return `${rest}s`;
  return rest === 0 ? `${minutes}m` : `${minutes}m${rest}s`;
}
