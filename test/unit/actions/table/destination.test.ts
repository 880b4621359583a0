import { describe, expect, it } from 'vitest';
import { type DrainOptions, drain } from '../../../../src/actions/table/drain.ts';
import { type RampOptions, ramp } from '../../../../src/actions/table/ramp.ts';
import { fakeClock } from '../../fake-world.ts';
import { modelKernel } from './model-kernel.ts';

const service = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;
const destination = { address: '10.1.0.11', port: 80 };
const named = { service, destination };

function kernelWith(weight: number) {
  const kernel = modelKernel();
  kernel.model.apply({ kind: 'add-service', service });
  kernel.model.apply({ kind: 'add-destination', service, destination: { ...destination, weight } });
  return kernel;
}

const alone = <T>(task: () => Promise<T>) => task();
const weightOf = async (kernel: ReturnType<typeof modelKernel>) =>
  (await kernel.destinations(service))[0]?.weight;

describe('drain', () => {
  const options = (rest: Partial<DrainOptions> = {}): DrainOptions => ({
    seconds: 60,
    finally: 'keep',
    clock: fakeClock(),
    signal: new AbortController().signal,
    exclusively: alone,
    readSetting: async () => '0',
    ...rest,
  });

  it('gives weight 0 and waits until nothing is left', async () => {
    const kernel = kernelWith(7);
    kernel.active.set('10.1.0.11:80', 2);
    const clock = fakeClock();
    const waits: number[] = [];
    const onWaiting = (_load: unknown, left: number) => {
      waits.push(left);
      if (clock.now() >= 2000) kernel.active.clear();
    };
    const report = await drain(kernel, named, options({ clock, onWaiting }));
    expect(report).toMatchObject({ outcome: 'drained', weightBefore: 7, load: { active: 0 } });
    expect(waits[0]).toBe(60);
    expect(await weightOf(kernel)).toBe(0);
  });

  it.each([
    ['keep', 'timeout', 1],
    ['delete', 'timeout', 1],
    ['cut', 'cut', 0],
  ] as const)('%s: when the time is up, %s', async (end, outcome, left) => {
    const kernel = kernelWith(7);
    kernel.active.set('10.1.0.11:80', 2);
    const clock = fakeClock();
    const report = await drain(kernel, named, options({ finally: end, seconds: 3, clock }));
    expect(report).toMatchObject({ outcome, load: { active: 2 }, seconds: 3 });
    expect(await kernel.destinations(service)).toHaveLength(left);
    expect(report.holders.length > 0).toBe(outcome === 'timeout');
  });

  it.each(['delete', 'cut'] as const)('%s: deletes what has no connections', async (end) => {
    const kernel = kernelWith(7);
    expect(await drain(kernel, named, options({ finally: end }))).toMatchObject({ outcome: 'deleted' });
    expect(await kernel.destinations(service)).toEqual([]);
  });

  it('is ended by its signal, and leaves weight 0', async () => {
    const kernel = kernelWith(7);
    kernel.active.set('10.1.0.11:80', 2);
    const report = await drain(kernel, named, options({ signal: AbortSignal.abort() }));
    expect(report.outcome).toBe('interrupted');
    expect(await weightOf(kernel)).toBe(0);
  });

  it.each([
    ['changed', { kind: 'set-destination', service, destination: { ...destination, weight: 3 } }],
    ['deleted', { kind: 'delete-destination', service, destination }],
  ] as const)('says when it was %s by somebody else', async (code, theirs) => {
    const kernel = kernelWith(7);
    kernel.active.set('10.1.0.11:80', 2);
    const onWaiting = () => void kernel.model.apply(theirs);
    await expect(drain(kernel, named, options({ onWaiting }))).rejects.toMatchObject({ code });
  });

  it('says that there is no such destination', async () => {
    const other = { service, destination: { ...destination, port: 81 } };
    await expect(drain(kernelWith(7), other, options())).rejects.toMatchObject({ code: 'absent' });
  });
});

describe('ramp', () => {
  const options = (rest: Partial<RampOptions> = {}): RampOptions => ({
    to: 100,
    seconds: 10,
    clock: fakeClock(),
    signal: new AbortController().signal,
    exclusively: alone,
    ...rest,
  });

  it('leads there in a straight line', async () => {
    const kernel = kernelWith(0);
    const weights: number[] = [];
    const report = await ramp(kernel, named, options({ onWeight: (weight) => weights.push(weight) }));
    expect(report).toEqual({ from: 0, to: 100, weight: 100, seconds: 10, interrupted: false });
    expect(weights).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(await weightOf(kernel)).toBe(100);
  });

  it('stays where it is when it is ended', async () => {
    const kernel = kernelWith(50);
    const controller = new AbortController();
    const onWeight = (weight: number) => weight <= 25 && controller.abort();
    const report = await ramp(kernel, named, options({ to: 0, onWeight, signal: controller.signal }));
    expect(report).toMatchObject({ interrupted: true, weight: 25 });
    expect(await weightOf(kernel)).toBe(25);
  });

  it('leaves the weight that somebody else has set', async () => {
    const kernel = kernelWith(0);
    const onWeight = (weight: number) => {
      if (weight === 30) {
        kernel.model.apply({ kind: 'set-destination', service, destination: { ...destination, weight: 1 } });
      }
    };
    await expect(ramp(kernel, named, options({ onWeight }))).rejects.toMatchObject({ code: 'changed' });
    expect(await weightOf(kernel)).toBe(1);
  });
});
