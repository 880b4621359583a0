import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

/** What is loaded into kernels is what the sources say: compiled anew, each program has the same instructions. */
const checkout = join(import.meta.dirname, '../..');
const sources = readdirSync(join(checkout, 'bpf')).filter((name) => name.endsWith('.bpf.c'));
const fresh = mkdtempSync(join(tmpdir(), 'lvsadm-bpf-'));
afterAll(() => rmSync(fresh, { recursive: true, force: true }));

it('the objects in the repository are the sources, compiled', () => {
  execFileSync(join(checkout, 'scripts/build-bpf'), [fresh]);
  expect(sources.length).toBeGreaterThan(1);
  for (const source of sources) {
    const object = source.replace(/c$/, 'o');
    const compiled = instructions(join(fresh, object));
    expect(compiled.length, object).toBeGreaterThan(100);
    expect(instructions(join(checkout, 'bpf', object)), object).toEqual(compiled);
  }
});

it('no object has data of its own: an upgrade finds its maps by their names in the source', () => {
  for (const source of sources) {
    const object = join(checkout, 'bpf', source.replace(/c$/, 'o'));
    expect(execFileSync('llvm-objdump', ['-h', object], { encoding: 'utf8' })).not.toMatch(
      /\.(rodata|data|bss)/,
    );
  }
});

it('every program has a licence that helpers ask for, and MIT beside it', () => {
  for (const source of sources) {
    expect(readFileSync(join(checkout, 'bpf', source), 'utf8')).toContain('= "Dual MIT/GPL"');
  }
});

/** With the maps that they mean (-r); without the first lines, which name the file. */
function instructions(object: string): string[] {
  const text = execFileSync('llvm-objdump', ['-d', '-r', '-z', object], { encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '' && !line.includes('file format'));
}
