import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { globSync } from 'tinyglobby';

/** Files of a configuration that names others by patterns, as glob(3) has them. */
export const configFiles = {
  /** The text, whatever its encoding is; `undefined` where it cannot be read. */
  read(path: string): string | undefined {
    try {
      return readFileSync(path, 'latin1');
    } catch {
      return undefined;
    }
  },
  /** Paths of the files that match, sorted; a relative pattern starts at the folder of the file that has it. */
  find(pattern: string, from: string): readonly string[] {
    return globSync([pattern], { cwd: dirname(from), absolute: true }).sort();
  },
};
