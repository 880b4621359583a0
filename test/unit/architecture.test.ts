import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Which rooms of src/ a room may look into; `docs/architecture.md` says why. Type imports count. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  netlink: [],
  ipvs: ['model', 'netlink'],
  host: ['model', 'netlink'],
  plan: ['model'],
  syntax: ['model', 'plan'],
  actions: ['model', 'netlink', 'ipvs', 'host', 'plan', 'syntax'],
  output: ['model', 'plan', 'syntax'],
  process: ['model', 'ipvs', 'host'],
  ipvsadm: ['model', 'ipvs', 'syntax', 'process'],
  commands: ['model', 'netlink', 'ipvs', 'host', 'plan', 'syntax', 'actions', 'output', 'process'],
  'index.ts': ['model', 'netlink', 'ipvs', 'host', 'plan', 'syntax', 'actions'],
  'cli.ts': ['commands', 'ipvsadm', 'process'],
};

/** Packages that only one file may know. */
const DOORS: Record<string, string> = {
  netlink: 'netlink/socket.ts',
  execa: 'host/run.ts',
  chalk: 'output/paint.ts',
  'cli-table3': 'output/table.ts',
};

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = files.flatMap((file) =>
  [...readFileSync(join(src, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, to]) => ({
    file,
    to: to!,
  })),
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

  it('have one door for each package', () => {
    const strays = imports
      .filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'))
      .map(({ file, to }) => ({ file, name: to.split('/')[0]! }))
      .filter(({ file, name }) => DOORS[name] && DOORS[name] !== file)
      .map(({ file, name }) => `${file} imports ${name}, whose door is ${DOORS[name]}`);
    expect(strays).toEqual([]);
  });
});

function room(path: string): string {
  return path.split('/')[0]!;
}
