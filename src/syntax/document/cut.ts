import type { Problem } from './place.ts';

/** The first line of what `export` prints, and the last one. They are comments to all others. */
export const BEGINNING = '# Exported by lvsadm; complete with the line "# end".';
export const END = '# end';

/** What is wrong with an exported text whose end is missing: half of a table is not to be taken for the whole. */
export function findCut(text: string, file: string): Problem | undefined {
  if (!text.startsWith(BEGINNING)) return undefined;
  const lines = text.trimEnd().split('\n');
  if (lines.at(-1) === END) return undefined;
  return {
    file,
    line: lines.length,
    message: `this was exported by lvsadm and was cut off: its last line, "${END}", is missing; export it again, or remove its first line if all is there`,
  };
}
