import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderDiff } from '../../../src/output/diff.ts';
import { NO_PAINT } from '../../../src/output/paint.ts';
import { diffTable, findFamilyConflict, isSame } from '../../../src/plan/table/diff.ts';
import { changesOf, stepsOf } from '../../../src/plan/table/diff-changes.ts';
import { destinationKey, serviceIdOf, serviceKey, type Wanted } from '../../../src/plan/table/wanted.ts';
import { readDocuments } from '../../../src/syntax/document/document.ts';
import { fewestChanges, SEED, wantedDocument } from './documents.ts';
import { KernelModel } from './kernel-model.ts';

const plan = (from: Wanted, to: Wanted, prune = true) => changesOf(stepsOf(diffTable(from, to, { prune })));

function wanted(text: string): Wanted {
  const read = readDocuments([{ file: 'test.yaml', text }]);
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  return read.wanted;
}

const WEB =
  'services: [{ address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 5 }, 10.1.0.12] }]';
const current = (text: string): Wanted => ({
  ...wanted(text),
  timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
});

describe('1,000 pairs of documents', () => {
  it('are led from one to the other without a refusal, by the fewest changes', () => {
    fc.assert(
      fc.property(wantedDocument, wantedDocument, (a, b) => {
        const kernel = new KernelModel();
        for (const [from, to] of [[kernel.table(), a] as const, [a, b] as const]) {
          expect(findFamilyConflict(from, diffTable(from, to, { prune: true }))).toBeUndefined();
          const changes = plan(from, to);
          for (const change of changes)
            expect({ change, errno: kernel.apply(change) }).toEqual({ change, errno: undefined });
          expect(kernel.table()).toEqual(to);
          expect(changes).toHaveLength(fewestChanges(from, to));
          expect(plan(kernel.table(), to)).toEqual([]);
        }
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('never lack on the way a destination that both have', () => {
    fc.assert(
      fc.property(wantedDocument, wantedDocument, (a, b) => {
        const kernel = new KernelModel();
        for (const change of plan(kernel.table(), a)) kernel.apply(change);
        const names = ({ services }: Wanted) =>
          services.flatMap(({ destinations, ...id }) =>
            destinations.map((item) => `${destinationKey(item)} of ${serviceKey(id)}`),
          );
        const both = names(a).filter((name) => names(b).includes(name));
        for (const change of plan(a, b)) {
          kernel.apply(change);
          const now = new Set(names(kernel.table()));
          expect(both.filter((name) => !now.has(name))).toEqual([]);
        }
      }),
      { seed: SEED + 1, numRuns: 200 },
    );
  });

  it('leave alone, without being asked to prune, what the other does not mention', () => {
    fc.assert(
      fc.property(wantedDocument, wantedDocument, (a, b) => {
        const difference = diffTable(a, b, { prune: false });
        const changes = changesOf(stepsOf(difference));
        expect(changes.filter(({ kind }) => kind === 'delete-service')).toEqual([]);
        const named = new Set(b.services.map(serviceKey));
        const missing = a.services.filter((item) => !named.has(serviceKey(item)));
        expect(difference.strangers.services).toEqual(missing.map(serviceIdOf));
      }),
      { seed: SEED + 2, numRuns: 200 },
    );
  });
});

describe('the order of changes', () => {
  it('is additions, edits, removals', () => {
    const after = wanted(
      'services: [{ address: 10.0.0.1:80, scheduler: rr, destinations: [10.1.0.12, 10.1.0.13] }]',
    );
    expect(plan(current(WEB), after).map(({ kind }) => kind)).toEqual([
      'add-destination',
      'set-service',
      'delete-destination',
    ]);
  });

  it('stops a sync daemon before what cannot be beside it, and starts one after', () => {
    const daemon = 'daemons: [{ role: master, interface: lo }]';
    const foreign =
      'services: [{ address: "[2001:db8::1]:80", destinations: [{ address: 10.1.0.11, forwarding: tunnel }] }]';
    const to = plan(current(daemon), wanted(foreign)).map(({ kind }) => kind);
    expect(to).toEqual(['stop-daemon', 'add-service', 'add-destination']);
    const back = plan(current(foreign), wanted(daemon)).map(({ kind }) => kind);
    expect(back).toEqual(['delete-service', 'start-daemon']);
  });

  it('names every field in an edit, because the kernel resets the others', () => {
    const [change] = plan(current(WEB), wanted(WEB.replace('weight: 5', 'weight: 6, upperThreshold: 9')));
    expect(change).toMatchObject({
      kind: 'set-destination',
      destination: {
        address: '10.1.0.11',
        port: 80,
        forwarding: 'direct',
        weight: 6,
        upperThreshold: 9,
        lowerThreshold: 0,
        tunnel: { type: 'ipip', port: 0, checksum: 'none' },
      },
    });
  });
});

describe('a sync daemon', () => {
  const foreign =
    'services: [{ address: "[2001:db8::1]:80", destinations: [{ address: 10.1.0.11, forwarding: tunnel }] }]';

  it('that nobody asked to stop is told beside a destination of another family', () => {
    const running = current('daemons: [{ role: backup, interface: lo }]');
    const conflict = findFamilyConflict(running, diffTable(running, wanted(foreign), { prune: false }));
    expect(conflict).toMatchObject({ daemon: { role: 'backup' }, destination: { address: '10.1.0.11' } });
    expect(findFamilyConflict(running, diffTable(running, wanted(foreign), { prune: true }))).toBeUndefined();
  });

  it('that is to start is told beside one that nobody asked to remove', () => {
    const table = current(foreign);
    const daemon = wanted('daemons: [{ role: master, interface: lo }]');
    expect(findFamilyConflict(table, diffTable(table, daemon, { prune: false }))).toMatchObject({
      daemon: { role: 'master' },
    });
    expect(findFamilyConflict(table, diffTable(table, daemon, { prune: true }))).toBeUndefined();
  });

  it('may have any longest message where the document names none', () => {
    const table: Wanted = { ...current('daemons: [{ role: master, interface: lo }]') };
    const live = { ...table, daemons: [{ ...table.daemons[0]!, maxLength: 1472 }] };
    expect(isSame(diffTable(live, table, { prune: true }))).toBe(true);
  });
});

describe('the picture of a difference', () => {
  const picture = (from: string, to: string, prune = true) =>
    renderDiff(
      diffTable(current(from), wanted(to), { prune }),
      { from: 'the table', to: 'web.yaml' },
      NO_PAINT,
    );

  it('is empty when there is none', () => {
    expect(picture(WEB, WEB)).toBe('');
  });

  it('has what goes and what comes in aligned columns', () => {
    const after = `
timeouts: { tcp: 60 }
services:
  - { address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 50 }, 10.1.0.13] }
  - { address: 10.0.0.1:53, protocol: udp, onePacket: true, destinations: [] }
`;
    expect(picture(WEB, after).split('\n')).toEqual([
      '--- the table',
      '+++ web.yaml',
      '- timeout tcp  900',
      '+ timeout tcp  60',
      '  tcp 10.0.0.1:80  wlc',
      '-   -> 10.1.0.11:80  direct  weight 5',
      '+   -> 10.1.0.11:80  direct  weight 50',
      '+   -> 10.1.0.13:80  direct  weight 1',
      '-   -> 10.1.0.12:80  direct  weight 1',
      '+ udp 10.0.0.1:53  wlc  one-packet',
      '',
    ]);
  });
});
