import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readWanted } from '../../../src/actions/table/reconcile.ts';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Table } from '../../../src/model/table.ts';
import { diffTable } from '../../../src/plan/table/diff.ts';
import { changesOf, stepsOf } from '../../../src/plan/table/diff-changes.ts';
import { wantedOf } from '../../../src/plan/table/wanted.ts';
import { readDocuments } from '../../../src/syntax/document/document.ts';
import { formatDocument } from '../../../src/syntax/document/text.ts';
import { bundle } from '../forwarding/namespace.ts';
import { openEmpty, reset } from '../ipvs.ts';
import { file, lvsadm } from './run.ts';

let client: IpvsClient;
let program: string;
beforeAll(async () => {
  client = await openEmpty();
  program = await bundle(new URL('killed.ts', import.meta.url));
});
afterEach(() => reset(client));
afterAll(() => client?.close());

const BEFORE = `
timeouts: { tcp: 900, tcpFin: 120, udp: 300 }
services:
  - address: 10.0.0.1:80
    destinations: [10.1.0.11, 10.1.0.12]
  - address: 10.0.0.1:53
    protocol: udp
    destinations: [10.1.0.11]
`;
const AFTER = `
timeouts: { tcp: 800, tcpFin: 120, udp: 300 }
daemons: [{ role: backup, interface: lo, maxLength: 1472 }]
services:
  - address: 10.0.0.1:80
    scheduler: rr
    destinations: [{ address: 10.1.0.12, weight: 9 }, 10.1.0.13]
  - fwmark: 1
    destinations: [10.1.0.13:80]
`;

/** Runs apply in a process that ends itself by SIGKILL after so many changes; gives the signal. */
function killAfter(changes: number, path: string): Promise<NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, String(changes), path, '--prune'], { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (_, signal) => resolve(signal));
  });
}

function wanted(text: string) {
  const read = readDocuments([{ file: 'x', text }]);
  if (read.kind !== 'wanted') throw new Error('not valid');
  // In the order of a table that is read.
  return wantedOf(read.wanted as Table);
}

describe('kill -9 in the middle of apply', () => {
  const steps = changesOf(stepsOf(diffTable(wanted(BEFORE), wanted(AFTER), { prune: true })));

  it('happens at every change', () => {
    expect(steps.length).toBeGreaterThan(8);
  });

  // Each destination that is removed is given weight 0 first, which is one change more.
  it.each(Array.from({ length: steps.length + 2 }, (_, count) => count))(
    'after %i changes: apply again makes it so, and nothing that both have was missing meanwhile',
    async (count) => {
      await lvsadm(`apply ${file('before.yaml', BEFORE)}`);
      const path = file('after.yaml', AFTER);
      expect(await killAfter(count, path)).toBe('SIGKILL');
      const web = await client.destinations({ protocol: 'tcp', address: '10.0.0.1', port: 80 });
      expect(web.map(({ address }) => address)).toContain('10.1.0.12');
      expect((await lvsadm(`apply ${path} --prune`)).code).toBe(0);
      expect(formatDocument(await readWanted(client))).toBe(formatDocument(wanted(AFTER)));
    },
  );
});
