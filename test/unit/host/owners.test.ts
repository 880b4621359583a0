import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findTableOwners } from '../../../src/host/owners.ts';

const HERE = 'net:[1]';

/** A folder like /proc with these processes. */
function proc(processes: readonly (readonly [pid: string, name: string, namespace: string])[]): string {
  const root = mkdtempSync(join(tmpdir(), 'lvsadm-proc-'));
  for (const [pid, name, namespace] of [['self', 'node', HERE] as const, ...processes]) {
    mkdirSync(join(root, pid, 'ns'), { recursive: true });
    writeFileSync(join(root, pid, 'comm'), `${name}\n`);
    symlinkSync(namespace, join(root, pid, 'ns', 'net'));
  }
  return root;
}

it('finds the programs that manage the table of this network namespace, each once', async () => {
  const found = await findTableOwners(
    proc([
      ['100', 'keepalived', HERE],
      ['99', 'keepalived', HERE],
      ['7', 'ldirectord', 'net:[2]'],
      ['8', 'bash', HERE],
      ['9', 'kube-proxy', HERE],
    ]),
  );
  expect(found).toEqual([
    { name: 'kube-proxy', pid: 9 },
    { name: 'keepalived', pid: 99 },
  ]);
});

it('finds none where there is no /proc', async () => {
  expect(await findTableOwners('/nowhere')).toEqual([]);
});
