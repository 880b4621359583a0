import { describe, expect, it } from 'vitest';
import { renderPlan } from '../../../src/output/plan.ts';
import { renderStatus } from '../../../src/output/status.ts';
import { renderUndo } from '../../../src/output/undo.ts';
import type { Step } from '../../../src/plan/host/steps.ts';

const step = (device: string, before: string, after: string): Step => ({
  setting: { kind: 'link-up', device },
  what: `state of ${device}`,
  before: { value: before },
  after: { value: after },
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
    const restored = [{ what: 'state of tunl0', from: 'up', to: 'down' }];
    const left = [{ what: 'state of lo', now: 'down', set: 'up' }];
    expect(renderUndo({ dryRun: false, owners: ['realserver 10.0.0.1'], restored, left }, 'text')).toBe(
      [
        'took down realserver 10.0.0.1',
        '* state of tunl0  up -> down',
        'left state of lo as it is: down; lvsadm had made it up',
        '',
      ].join('\n'),
    );
    expect(renderUndo({ dryRun: false, owners: [], restored: [], left: [] }, 'text')).toBe(
      'nothing to undo\n',
    );
  });
});

describe('a status', () => {
  const target = {
    owner: 'realserver 10.0.0.1',
    words: ['--mode', 'dr'],
    mend: 'lvsadm realserver up --mode dr',
  };

  it('names the problem and the one command that mends it', () => {
    expect(renderStatus('realserver', [{ ...target, problems: ['lo is down'] }], 'text')).toBe(
      'realserver 10.0.0.1: not prepared\n  lo is down\n  mend with: lvsadm realserver up --mode dr\n',
    );
  });

  it('of nothing is not prepared', () => {
    expect(JSON.parse(renderStatus('realserver', [], 'json'))).toMatchObject({
      prepared: false,
      targets: [],
    });
    expect(JSON.parse(renderStatus('realserver', [{ ...target, problems: [] }], 'json'))).toMatchObject({
      prepared: true,
    });
  });
});
