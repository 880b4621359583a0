import { describe, expect, it } from 'vitest';
import { renderExamination, renderRules } from '../../../../src/output/findings.ts';
import { NO_PAINT } from '../../../../src/output/paint.ts';
import { examine, RULES } from '../../../../src/plan/doctor/index.ts';
import { describeRoles } from '../../../../src/plan/doctor/roles.ts';
import { address, server } from '../network.ts';
import { facts, service, table } from './facts.ts';

describe('the rules', () => {
  it('have names of their own', () => {
    const names = RULES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('find nothing where nothing is known', () => {
    expect(examine(facts({}))).toEqual([]);
  });

  it('have the worst told first', () => {
    const rest = { subject: 'x', seen: 'y', why: 'z', fix: [] };
    const rules = (['hint', 'error', 'warning', 'error'] as const).map((severity, index) => ({
      name: `rule-${index}`,
      about: '',
      find: () => [{ severity, ...rest }],
    }));
    expect(examine(facts({}), rules).map(({ rule }) => rule)).toEqual([
      'rule-1',
      'rule-3',
      'rule-2',
      'rule-0',
    ]);
  });
});

it('the rules are told by name, for people and for machines', () => {
  const rules = [
    { name: 'vip-missing', about: 'no address' },
    { name: 'no-weight', about: 'no share' },
  ];
  expect(renderRules(rules, 'text')).toBe('vip-missing  no address\nno-weight    no share\n');
  expect(JSON.parse(renderRules(rules, 'json'))).toEqual({ rules });
});

describe('findings', () => {
  const finding = {
    rule: 'vip-missing',
    severity: 'error',
    subject: '10.0.0.1',
    seen: 'it is not here',
    why: 'nobody finds it',
  } as const;

  it('are blocks for people, with a line that counts', () => {
    const findings = [
      { ...finding, fix: ['ip addr add x', 'ip addr add y'], advice: 'look elsewhere' },
      { ...finding, severity: 'hint', fix: [], advice: 'think' } as const,
    ];
    expect(
      renderExamination(
        {
          findings,
          roles: ['a director of 1 service', 'a real server of 10.0.0.2'],
          rules: 3,
          unknown: ['nftables: no nft'],
        },
        'text',
        NO_PAINT,
      ),
    ).toBe(
      [
        'ERROR 10.0.0.1: it is not here [vip-missing]',
        '  why:    nobody finds it',
        '  fix:    ip addr add x',
        '          ip addr add y',
        '  also:   look elsewhere',
        '',
        'HINT 10.0.0.1: it is not here [vip-missing]',
        '  why:    nobody finds it',
        '  fix:    think',
        '',
        'not looked at: nftables: no nft',
        'looked at as a director of 1 service and a real server of 10.0.0.2',
        '1 error, 1 hint in what could be looked at (3 rules)',
        '',
      ].join('\n'),
    );
  });

  it('are a document for machines', () => {
    const text = renderExamination(
      { findings: [{ ...finding, fix: [] }], roles: ['a director of 1 service'], rules: 3, unknown: [] },
      'json',
      NO_PAINT,
    );
    expect(JSON.parse(text)).toEqual({
      worst: 'error',
      findings: [{ ...finding, fix: [], mend: [], advice: null }],
      roles: ['a director of 1 service'],
      rules: 3,
      unknown: [],
    });
  });
});

describe('the roles of a host', () => {
  const of = (rest: Parameters<typeof facts>[0]) => describeRoles(facts(rest));
  const WEB = service({ protocol: 'tcp', address: '10.0.0.50', port: 80 });

  it('are told from what is there, and from what is meant', () => {
    expect(of({})).toEqual([]);
    expect(of({ table: table([WEB]) })).toEqual(['a director of 1 service']);
    const { addresses } = server();
    const network = server({ addresses: [...addresses, address(9, '10.0.0.100/32')] });
    expect(of({ network, meant: [{ mode: 'nat', address: '10.0.0.10', up: '' }] })).toEqual([
      'a real server of 10.0.0.100',
      'a real server behind 10.0.0.10',
    ]);
    expect(of({ meant: [{ mode: 'dr', address: '10.0.0.100', up: '' }] })).toEqual([
      'a real server of 10.0.0.100',
    ]);
  });
});
