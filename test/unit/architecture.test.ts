import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which rooms of src/ a room may look into; `docs/architecture.md` says why. Type imports count. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  netlink: [],
  ipvs: ['model', 'netlink'],
  settings: ['model'],
  host: ['model', 'settings', 'netlink'],
  plan: ['model', 'settings'],
  syntax: ['model', 'settings', 'plan'],
  actions: ['model', 'settings', 'netlink', 'ipvs', 'host', 'plan', 'syntax'],
  output: ['model', 'settings', 'plan', 'syntax'],
  process: ['model', 'ipvs', 'host'],
  ipvsadm: ['model', 'ipvs', 'syntax', 'process'],
  commands: [
    'model',
    'settings',
    'netlink',
    'ipvs',
    'host',
    'plan',
    'syntax',
    'actions',
    'output',
    'process',
  ],
  'index.ts': ['model', 'settings', 'netlink', 'ipvs', 'host', 'plan', 'syntax', 'actions'],
  'cli.ts': ['commands', 'ipvsadm', 'process'],
};

/** Packages that only these files, or the files of these folders, may know. */
const DOORS: Record<string, readonly string[]> = {
  netlink: ['netlink/transport.ts'],
  execa: ['host/run.ts'],
  chalk: ['output/paint.ts'],
  'cli-table3': ['output/table.ts'],
  commander: ['commands/'],
  yaml: ['syntax/document/'],
  tinyglobby: ['host/config-files.ts'],
};

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const { dependencies } = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const imports = files.flatMap((file) =>
  importsOf(readFileSync(join(src, file), 'utf8')).map((to) => ({ file, to })),
);
const packages = imports.flatMap(({ file, to }) =>
  to.startsWith('.') || to.startsWith('node:') ? [] : [{ file, name: to.split('/')[0]! }],
);

describe('the rooms of src/', () => {
  it('look only where they may', () => {
    expect(files.length).toBeGreaterThan(20);
    const strays = imports
      .filter(({ to }) => to.startsWith('.'))
      .map(({ file, to }) => ({ file, room: room(file), target: join(dirname(file), to) }))
      .filter(({ room: from, target }) => room(target) !== from && !MAY_IMPORT[from]?.includes(room(target)))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(strays).toEqual([]);
  });

  it('are all on the map', () => {
    expect(Object.keys(MAY_IMPORT)).toEqual(expect.arrayContaining([...new Set(files.map(room))]));
  });

  it('have one door for each package, which is used', () => {
    const strays = packages
      .filter(({ file, name }) => !DOORS[name]?.some((door) => file.startsWith(door)))
      .map(({ file, name }) => `${file} imports ${name}, whose door is ${DOORS[name] ?? 'not named'}`);
    expect(strays).toEqual([]);
    const used = new Set(packages.map(({ name }) => name));
    expect([...used].sort()).toEqual(Object.keys(DOORS).sort());
    expect([...used].sort()).toEqual(Object.keys(dependencies).sort());
    for (const door of Object.values(DOORS).flat()) expect(existsSync(join(src, door)), door).toBe(true);
  });

  it('have errors that are known in every part of the program, where they cross from one part to another', () => {
    const strays = files
      .filter((file) => ['netlink', 'ipvs', 'settings', 'host', 'process'].includes(room(file)))
      .filter((file) => {
        const text = readFileSync(join(src, file), 'utf8');
        return (
          (text.match(/ extends Error /g) ?? []).length !==
          (text.match(/\[Symbol\.hasInstance\]/g) ?? []).length
        );
      });
    expect(strays).toEqual([]);
  });

  it('are seen in every form of import', () => {
    const text = `
      import './a.ts';
      import b from "./b.ts";
      import type { C } from './c.ts';
      import {
        d,
      } from './d.ts';
      export * from './e.ts';
      export { f } from './f.ts';
      const g = await import('./g.ts');
      import(/* apart */ './h.ts');
      import i = require('./i.ts');
      type J = import('./j.ts').J;
      require("./k.cjs");
      new URL('./l.ts', import.meta.url);
    `;
    expect(importsOf(text).map((path) => path[2])).toEqual([...'abcdefghijkl']);
  });
});

/** The paths of all that a module imports, types included. */
function importsOf(text: string): string[] {
  const forms = /(?:\bfrom|\bimport|\b(?:import|require|new URL)\((?:\s*\/\*.*?\*\/)?)\s*(['"])([^'"\n]+)\1/g;
  return [...text.matchAll(forms)].map((match) => match[2]!);
}

function room(path: string): string {
  return path.split('/')[0]!;
}
