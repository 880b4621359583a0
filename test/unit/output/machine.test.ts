import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/output/plan.ts';
import { renderStatus } from '../../../src/output/status.ts';
import { renderUndo } from '../../../src/output/undo.ts';
import type { Step } from '../../../src/plan/host/steps.ts';
import type { Target } from '../../../src/plan/host/target.ts';

const step = (device: string, before: 'up' | 'down', after: 'up' | 'down'): Step => ({
  setting: { kind: 'link-up', device },
  what: `state of ${device}`,
  before: { is: before },
  after: { is: after },
  changed: before !== after,
  why: 'it must be',
  owners: ['realserver 10.0.0.1'],
});
const report = {
  steps: [step('lo', 'up', 'up'), step('tunl0', 'down', 'up')],
  advice: ['mind'],
  notes: ['told'],
};

describe('a plan', () => {
  it('shows everything with its reason when it is not carried out', () => {
    expect(renderPlan({ ...report, dryRun: true }, 'text')).toBe(
      [
        '  state of lo     up',
        '    it must be',
        '* state of tunl0  down -> up',
        '    it must be',
        'told',
        'note: mind',
        '',
      ].join('\n'),
    );
  });

  it('shows what was changed when it is', () => {
    expect(renderPlan({ ...report, dryRun: false }, 'text')).toBe(
      '* state of tunl0  down -> up\ntold\nnote: mind\n',
    );
  });

  it('says when there is nothing to do', () => {
    const steps = [step('lo', 'up', 'up')];
    expect(renderPlan({ dryRun: false, steps, advice: [], notes: [] }, 'text')).toBe('nothing to do\n');
  });

  it('is a document for machines', () => {
    expect(JSON.parse(renderPlan({ ...report, dryRun: true }, 'json'))).toEqual({
      dryRun: true,
      changed: true,
      steps: [
        {
          what: 'state of lo',
          kind: 'link-up',
          before: 'up',
          after: 'up',
          changed: false,
          why: 'it must be',
          for: ['realserver 10.0.0.1'],
        },
        {
          what: 'state of tunl0',
          kind: 'link-up',
          before: 'down',
          after: 'up',
          changed: true,
          why: 'it must be',
          for: ['realserver 10.0.0.1'],
        },
      ],
      advice: ['mind'],
      notes: ['told'],
    });
  });
});

describe('an undo', () => {
  it('tells what was put back and what was left', () => {
    const [lo, tunl0] = ['lo', 'tunl0'].map((device) => ({ kind: 'link-up', device }) as const);
    const [up, down] = [{ is: 'up' }, { is: 'down' }] as const;
    const restored = [{ setting: tunl0!, from: up, to: down }];
    const left = [{ setting: lo!, now: down, set: up }];
    const live = new Map<string, number>();
    expect(renderUndo({ dryRun: false, owners: ['realserver 10.0.0.1'], restored, left, live }, 'text')).toBe(
      [
        'took down realserver 10.0.0.1',
        '* state of tunl0  up -> down',
        'left state of lo as it is: down; lvsadm had made it up',
        '',
      ].join('\n'),
    );
    expect(renderUndo({ dryRun: false, owners: [], restored: [], left: [], live }, 'text')).toBe(
      'nothing to undo\n',
    );
  });
});

describe('a status', () => {
  const target: Target = { role: 'realserver', server: { mode: 'dr', vip: '10.0.0.1', device: 'lo' } };

  it('names the problem and the one command that fixes it', () => {
    expect(renderStatus('realserver', [{ target, fix: target, problems: ['lo is down'] }], 'text')).toBe(
      'realserver 10.0.0.1: not prepared\n  lo is down\n  fix: lvsadm realserver up --mode dr --vip 10.0.0.1 --device lo\n',
    );
  });

  it('of nothing is not prepared', () => {
    expect(JSON.parse(renderStatus('realserver', [], 'json'))).toMatchObject({
      prepared: false,
      targets: [],
    });
    expect(
      JSON.parse(renderStatus('realserver', [{ target, fix: target, problems: [] }], 'json')),
    ).toMatchObject({
      prepared: true,
    });
  });
});
