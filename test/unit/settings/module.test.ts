import { describe, expect, it } from 'vitest';
import type { ModuleState } from '../../../src/model/facts.ts';
import { adviseModules } from '../../../src/plan/host/advice.ts';
import { planStep } from '../../../src/plan/host/steps.ts';
import type { Doors } from '../../../src/settings/doors.ts';
import { readSetting } from '../../../src/settings/index.ts';

const setting = { kind: 'module', name: 'ip_vs_rr' } as const;

async function stepFor(state: ModuleState) {
  const doors = { modules: { state: async () => state } } as unknown as Doors;
  return planStep({ setting, why: '', owners: [] }, await readSetting(setting, doors));
}

describe('a module', () => {
  it('is loaded where it is known to be on the disk', async () => {
    expect(await stepFor('available')).toMatchObject({ changed: true, after: { is: 'loaded' } });
    expect(await stepFor('loaded')).toMatchObject({ changed: false });
  });

  it('is left to the kernel, and told of, where there is no list: it may be built in', async () => {
    const step = await stepFor('unknown');
    expect(step).toMatchObject({ changed: false, after: { is: 'unknown' } });
    expect(adviseModules([step])).toEqual([expect.stringContaining('whether ip_vs_rr can be had')]);
    expect(adviseModules([await stepFor('loaded')])).toEqual([]);
  });
});
