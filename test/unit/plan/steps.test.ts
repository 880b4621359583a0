import { describe, expect, it } from 'vitest';
import { findProblems } from '../../../src/plan/host/problems.ts';
import { mergeNeeds, planStep } from '../../../src/plan/host/steps.ts';
import { tunnelSizes } from '../../../src/plan/host/tunnel.ts';
import { type Need, parseState, type Setting, type SettingState } from '../../../src/settings/index.ts';

const RP_FILTER: Setting = {
  kind: 'sysctl',
  path: 'net/ipv4/conf/tunl0/rp_filter',
  value: '2',
  accepts: ['0', '2'],
  largerOf: 'net/ipv4/conf/all/rp_filter',
};
function stateOf(setting: Setting, text: string, other?: string): SettingState {
  const state = parseState(setting, text);
  if (!state) throw new Error(`no state: ${text}`);
  return state.is === 'value' && other !== undefined ? { ...state, other } : state;
}
const step = (setting: Setting, value: string, other?: string) =>
  planStep({ setting, why: 'so', owners: ['x'] }, stateOf(setting, value, other));

describe('a step', () => {
  // Which of all and the device counts was seen with packets: the larger number.
  it.each([
    ['0', '0', false],
    ['1', '0', true],
    ['0', '1', true],
    ['2', '1', false],
    ['1', '2', false],
  ])('rp_filter %s with %s for all: changed %s', (value, other, changed) => {
    expect(step(RP_FILTER, value, other).changed).toBe(changed);
  });

  it('is refused where what counts is not ours to change', () => {
    const arp: Setting = {
      kind: 'sysctl',
      path: 'net/ipv4/conf/eth0/arp_ignore',
      value: '1',
      accepts: ['1', '2', '8'],
      largerOf: 'net/ipv4/conf/all/arp_ignore',
    };
    expect(() => step(arp, '0', '3')).toThrow('net/ipv4/conf/all/arp_ignore is 3');
    expect(step(arp, '0', '2').changed).toBe(false);
  });

  it('never takes what is in use for something else', () => {
    expect(() =>
      step({ kind: 'gue-port', family: 'inet', port: 6080 }, 'open for another encapsulation'),
    ).toThrow('in use');
    const address = {
      kind: 'address',
      device: 'lo',
      address: '10.0.0.1',
      deprecated: false,
      detectDuplicates: false,
    };
    expect(() => step(address as Setting, 'present with prefix length 24')).toThrow('prefix length 24');
  });

  it('of a deprecated address changes one that is not, and not the other way round', () => {
    const address = (deprecated: boolean): Setting => ({
      kind: 'address',
      device: 'eth0',
      address: 'fd00::1',
      deprecated,
      detectDuplicates: true,
    });
    expect(step(address(true), 'present')).toMatchObject({
      changed: true,
      after: { is: 'present', deprecated: true },
    });
    expect(step(address(false), 'present, deprecated').changed).toBe(false);
  });

  it('is told as a problem by what is in effect', () => {
    expect(findProblems([step(RP_FILTER, '0', '1')])).toEqual([
      'net/ipv4/conf/tunl0/rp_filter is in effect 1 (net/ipv4/conf/all/rp_filter has it so), not 0 or 2: so',
    ]);
    expect(findProblems([step(RP_FILTER, '0', '0')])).toEqual([]);
  });
});

describe('needs of several owners', () => {
  it('are each there once, with all who need them, in order', () => {
    const need = (device: string): Need => ({ setting: { kind: 'link-up', device }, why: '' });
    const merged = mergeNeeds(
      new Map([
        ['a', [need('lo'), need('x')]],
        ['b', [need('y'), need('lo')]],
      ]),
    );
    expect(merged.map(({ setting, owners }) => [(setting as { device: string }).device, owners])).toEqual([
      ['lo', ['a', 'b']],
      ['x', ['a']],
      ['y', ['b']],
    ]);
  });
});

describe('sizes through a tunnel', () => {
  // RFC 2003: 20; RFC 2473: 40; RFC 2784: 4; UDP 8 and the GUE header 4.
  it.each([
    ['ipip', 'inet', 'inet', 1480, 1440],
    ['ipip', 'inet6', 'inet6', 1460, 1400],
    ['ipip', 'inet6', 'inet', 1480, 1420],
    ['ipip', 'inet', 'inet6', 1460, 1420],
    ['gre', 'inet', 'inet', 1476, 1436],
    ['gue', 'inet', 'inet', 1468, 1428],
    ['gue', 'inet6', 'inet6', 1448, 1388],
  ] as const)('%s, %s in %s: %i, MSS %i', (type, inner, outer, mtu, mss) => {
    expect(tunnelSizes({ type, inner, outer }, 1500)).toEqual({ mtu, mss });
  });
});
