import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/plan/doctor/index.ts';

/** Every rule of the doctor is told wherever a user looks for it, in the same order. */
const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const names = RULES.map(({ name }) => name);

describe('the rules of lvsadm doctor', () => {
  it('are in the page about it', () => {
    const rows = [...read('docs/doctor.md').matchAll(/^\| `([a-z-]+)` \| (?:error|warning|hint): /gm)];
    expect(rows.map(([, name]) => name)).toEqual(names);
  });

  it('are in the man page, with what they look for', () => {
    const items = [...read('man/lvsadm-doctor.8').matchAll(/^\.It Cm ([a-z-]+)\n(.*)$/gm)];
    expect(items.map(([, name, about]) => ({ name, about: about?.toLowerCase() }))).toEqual(
      RULES.map(({ name, about }) => ({ name, about: `${about}.`.toLowerCase() })),
    );
  });

  it('each have a test on the kernel', () => {
    const tests = ['test/kernel/doctor', 'test/fullnat', 'test/smoke'].flatMap((folder) =>
      readdirSync(new URL(folder, root))
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => read(`${folder}/${name}`)),
    );
    expect(names.filter((name) => !tests.some((text) => text.includes(name)))).toEqual([]);
  });
});
