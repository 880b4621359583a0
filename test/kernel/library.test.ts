import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// The examples of docs/library.md that are whole programs, as somebody else would run them: by the name of the package.

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/library.md'), 'utf8');
const programs = [...text.matchAll(/^```js\n(import [\s\S]*?)^```$/gm)].map(([, program]) => program!);

const NETWORK =
  'ip link set lo up; ip link add eth0 type dummy; ip link set eth0 up; ip addr add 10.0.0.10/24 dev eth0';

describe('docs/library.md', () => {
  it('has examples', () => expect(programs.length).toBeGreaterThanOrEqual(5));

  it.each(programs.map((program) => [/^import \{ ([^}]*)/.exec(program)?.[1]?.trim(), program] as const))(
    '%s',
    (_names, program) => {
      const printed = [...program.matchAll(/^ *\/\/> (.*)$/gm)].map(([, line]) => `${line}\n`).join('');
      const words = ['-n', 'sh', '-c', `${NETWORK}; exec "$0" --input-type=module -`, process.execPath];
      const { status, stdout, stderr } = spawnSync('unshare', words, {
        cwd: root,
        input: program,
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: printed, stderr: '' });
    },
  );
});
