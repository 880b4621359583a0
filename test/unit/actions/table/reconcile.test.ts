import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ReconcileEvent,
  type ReconcileOptions,
  readWanted,
  reconcile,
} from '../../../../src/actions/table/reconcile.ts';
import type { Change } from '../../../../src/model/change.ts';
import { PlanRefusal } from '../../../../src/plan/refusal.ts';
import type { Wanted } from '../../../../src/plan/table/wanted.ts';
import { readDocuments } from '../../../../src/syntax/document/document.ts';
import { fakeClock } from '../../fake-world.ts';
import { SEED, wantedDocument } from '../../plan/documents.ts';
import { type ModelKernel, modelKernel } from './model-kernel.ts';

function wanted(text: string): Wanted {
  const read = readDocuments([{ file: 'test.yaml', text }]);
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems));
  return read.wanted;
}

const service = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;
const server = (last: number) => ({ address: `10.1.0.${last}`, port: 80 });
const web = (...servers: number[]) =>
  wanted(
    `services: [{ address: 10.0.0.1:80, destinations: [${servers.map((last) => `10.1.0.${last}`).join(', ')}] }]`,
  );

const run = (kernel: ModelKernel, to: Wanted, options: Partial<ReconcileOptions> = {}) =>
  reconcile(kernel, to, {
    busy: { kind: 'keep' },
    clock: fakeClock(),
    signal: new AbortController().signal,
    ...options,
  });

async function kernelWith(...servers: number[]): Promise<ModelKernel> {
  const kernel = modelKernel();
  await run(kernel, web(...servers));
  kernel.taken.length = 0;
  return kernel;
}

describe('reconcile', () => {
  it('makes any table any other, and a second time there is nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(wantedDocument, wantedDocument, async (a, b) => {
        const kernel = modelKernel();
        await run(kernel, a, { prune: true });
        const report = await run(kernel, b, { prune: true });
        expect(report).toMatchObject({ refused: [], busy: [], undone: [], attempts: 1, interrupted: false });
        expect(await readWanted(kernel)).toEqual(b);
        expect((await run(kernel, b, { prune: true })).done).toEqual([]);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('leaves a destination with connections at weight 0, and says so', async () => {
    const kernel = await kernelWith(11, 12);
    kernel.active.set('10.1.0.12:80', 3);
    const report = await run(kernel, web(11));
    expect(report.busy).toEqual([
      { service, destination: server(12), active: 3, inactive: 0, persistent: 0 },
    ]);
    expect(report.undone).toEqual([]);
    expect((await kernel.destinations(service)).map(({ port: _, weight }) => weight)).toEqual([1, 0]);
  });

  it('waits for connections when it is to, by the clock that it is given', async () => {
    const kernel = await kernelWith(11, 12);
    kernel.active.set('10.1.0.12:80', 3);
    const events: ReconcileEvent[] = [];
    const clock = fakeClock();
    const report = await run(kernel, web(11), {
      busy: { kind: 'wait', seconds: 10 },
      clock,
      onEvent(event) {
        events.push(event);
        if (clock.now() >= 4000) kernel.active.clear();
      },
    });
    expect(report).toMatchObject({ busy: [], refused: [] });
    expect(await kernel.destinations(service)).toHaveLength(1);
    expect(clock.now()).toBeLessThan(5000);
    expect(events.filter(({ kind }) => kind === 'waiting')[0]).toMatchObject({ secondsLeft: 10 });
  });

  it('plans anew when somebody else was quicker', async () => {
    const kernel = await kernelWith(11);
    const theirs: Change = { kind: 'add-destination', service, destination: { ...server(12), weight: 7 } };
    let isFirst = true;
    kernel.meanwhile = () => {
      if (isFirst) kernel.model.apply(theirs);
      isFirst = false;
    };
    const events: ReconcileEvent[] = [];
    const report = await run(kernel, web(11, 12), { onEvent: (event) => events.push(event) });
    expect(report).toMatchObject({ attempts: 2, refused: [], undone: [] });
    expect(events).toContainEqual({ kind: 'planning-anew', attempt: 2 });
    expect((await kernel.destinations(service)).map(({ weight }) => weight)).toEqual([1, 1]);
  });

  it.each([
    ['a service that is gone', { kind: 'delete-service', service }],
    ['a destination that is gone', { kind: 'delete-destination', service, destination: server(11) }],
  ] as const)('plans anew for %s', async (_name, theirs) => {
    const kernel = await kernelWith(11);
    let isFirst = true;
    kernel.meanwhile = () => {
      if (isFirst) kernel.model.apply(theirs);
      isFirst = false;
    };
    const to = wanted(
      'services: [{ address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 9 }] }]',
    );
    const report = await run(kernel, to);
    expect(report).toMatchObject({ attempts: 2, refused: [], undone: [] });
    expect(await readWanted(kernel)).toMatchObject({ services: to.services });
  });

  it('gives up after three plans, and says what was refused', async () => {
    const kernel = await kernelWith(11);
    let isThere = false;
    kernel.meanwhile = () => {
      kernel.model.apply(
        isThere
          ? { kind: 'delete-destination', service, destination: server(12) }
          : { kind: 'add-destination', service, destination: { ...server(12), weight: 7 } },
      );
      isThere = !isThere;
    };
    const report = await run(kernel, web(11, 12));
    expect(report).toMatchObject({ attempts: 3, refused: [{ code: 'EEXIST' }] });
  });

  it('looks again in the end, and says what somebody else has undone', async () => {
    const kernel = await kernelWith(11);
    kernel.afterwards = () => {
      kernel.model.apply({ kind: 'delete-destination', service, destination: server(12) });
    };
    const report = await run(kernel, web(11, 12));
    expect(report.undone).toEqual([
      expect.objectContaining({ kind: 'add-destination', destination: expect.objectContaining(server(12)) }),
    ]);
  });

  it('does not repeat what the kernel has another reason to refuse', async () => {
    const kernel = await kernelWith(11);
    kernel.batch = async (changes) =>
      changes.map((change, index) => ({
        index,
        change,
        error: { code: 'ENOMEM', message: 'no memory' } as never,
      }));
    const report = await run(kernel, web(11, 12));
    expect(report).toMatchObject({ attempts: 1, refused: [{ code: 'ENOMEM', reason: 'no memory' }] });
  });

  it('puts the table back after a refusal, when it is to', async () => {
    const kernel = await kernelWith(11);
    const before = await readWanted(kernel);
    const batch = kernel.batch;
    kernel.batch = async (changes, options) => {
      const bad = changes.findIndex(
        (change) => change.kind === 'set-destination' && change.destination.weight === 5,
      );
      if (bad < 0) return batch(changes, options);
      return [{ index: bad, change: changes[bad]!, error: { code: 'EINVAL', message: 'no' } as never }];
    };
    const to = wanted(
      'services: [{ address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 5 }, 10.1.0.12] }, { address: 10.0.0.2:80, destinations: [] }]',
    );
    const report = await run(kernel, to, { rollback: true });
    expect(report.refused).toHaveLength(1);
    expect(report.rollback).toMatchObject({ refused: [], busy: [] });
    expect(await readWanted(kernel)).toEqual(before);
  });

  it('changes nothing when its plan is refused', async () => {
    const kernel = await kernelWith(11);
    const review = () => {
      throw new PlanRefusal('no');
    };
    await expect(run(kernel, web(12), { review })).rejects.toThrow('no');
    expect(kernel.taken).toEqual([]);
  });

  it('stops between phases when it is aborted', async () => {
    const kernel = await kernelWith(11);
    const controller = new AbortController();
    kernel.afterwards = () => controller.abort();
    const to = wanted(
      'services: [{ address: 10.0.0.1:80, destinations: [{ address: 10.1.0.11, weight: 5 }, 10.1.0.12] }]',
    );
    const report = await run(kernel, to, { signal: controller.signal });
    expect(report).toMatchObject({ interrupted: true, notTried: [{ kind: 'set-destination' }] });
  });
});
