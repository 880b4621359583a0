import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

it('to import the library touches no stream and starts nothing', async () => {
  const seen: string[] = [];
  for (const name of ['stdin', 'stdout', 'stderr'] as const) {
    vi.spyOn(process, name, 'get').mockImplementation(() => {
      seen.push(name);
      throw new Error(`process.${name} was touched`);
    });
  }
  const library = await import('../../src/index.ts');
  vi.restoreAllMocks();
  expect(seen).toEqual([]);
  expect(Object.keys(library).length).toBeGreaterThan(30);
});

it('every name that docs/library.md imports is there', async () => {
  const library: object = await import('../../src/index.ts');
  const text = readFileSync(join(import.meta.dirname, '../../docs/library.md'), 'utf8');
  const names = [...text.matchAll(/^import \{ ([^}]*) \} from 'lvsadm';$/gm)].flatMap(([, list]) =>
    list!.split(', '),
  );
  expect(names.filter((name) => !Object.hasOwn(library, name))).toEqual([]);
});
