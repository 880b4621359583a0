import { describe, expect, it } from 'vitest';
import { fullnatMark } from '../../../src/plan/host/fullnat.ts';
import { type Target, targetKey } from '../../../src/plan/host/target.ts';
import { formatTarget, formatTargetCommand, parseTargets } from '../../../src/syntax/target/target.ts';

const TARGETS: readonly [key: string, words: string, target: Target][] = [
  [
    'realserver 192.0.2.100',
    '--mode dr --vip 192.0.2.100 --device lo',
    { role: 'realserver', server: { mode: 'dr', vip: '192.0.2.100', device: 'lo' } },
  ],
  [
    'realserver 192.0.2.101',
    '--mode dr --vip 192.0.2.101 --device lo --also-director',
    {
      role: 'realserver',
      server: { mode: 'dr', vip: '192.0.2.101', device: 'lo', alsoDirector: true },
    },
  ],
  [
    'realserver fd00::100',
    '--mode tun --vip fd00::100 --tunnel gue --tun-port 6080 --rip fd00::5',
    {
      role: 'realserver',
      server: { mode: 'tun', vip: 'fd00::100', tunnel: 'gue', port: 6080, rip: 'fd00::5' },
    },
  ],
  [
    'realserver 10.0.0.9',
    '--mode nat --director 10.0.0.9 --set-gateway',
    { role: 'realserver', server: { mode: 'nat', director: '10.0.0.9', setGateway: true } },
  ],
  [
    'director 10.0.0.100',
    '--vip 10.0.0.100 --device eth0 --mode nat --scheduler rr,wlc --one-lan',
    {
      role: 'director',
      director: {
        vip: '10.0.0.100',
        device: 'eth0',
        mode: 'nat',
        schedulers: ['rr', 'wlc'],
        oneLan: true,
      },
    },
  ],
  [
    'fullnat tcp 10.0.0.100:80',
    '-t 10.0.0.100:80 --local-address 10.2.0.200-10.2.0.203 --local-ports 5000-6000 --device eth1',
    {
      role: 'fullnat',
      fullnat: {
        service: { protocol: 'tcp', address: '10.0.0.100', port: 80 },
        pool: {
          addresses: ['10.2.0.200', '10.2.0.201', '10.2.0.202', '10.2.0.203'],
          ports: { first: 5000, last: 6000 },
        },
        floating: false,
        device: 'eth1',
      },
    },
  ],
  [
    'fullnat fwmark 7 (IPv6)',
    '-f 7 -6 --local-address fd00::200 --floating',
    {
      role: 'fullnat',
      fullnat: {
        service: { fwmark: 7, family: 'inet6' },
        pool: { addresses: ['fd00::200'] },
        floating: true,
      },
    },
  ],
];

describe('a target', () => {
  // Journals on disk, units and rules that run have these names.
  it.each(TARGETS)('%s: its name, and words both ways', (key, words, target) => {
    expect(targetKey(target)).toBe(key);
    expect(formatTarget(target)).toEqual(words.split(' '));
    expect(parseTargets(target.role, words.split(' '))).toEqual([target]);
    expect(formatTargetCommand(target)).toBe(`lvsadm ${target.role} up ${words}`);
  });

  it('is refused with the reason for words that ask for none', () => {
    expect(() => parseTargets('realserver', ['--mode', 'dr'])).toThrow('--mode dr wants --vip');
    expect(() => parseTargets('realserver', ['--mode', 'x'])).toThrow("--mode: 'x' is none of dr, tun, nat");
    expect(() => parseTargets('director', ['--bogus'])).toThrow('--bogus');
  });
});

describe('the mark of a FULLNAT service', () => {
  // Rules that run have it, and both directors of a pair.
  it.each([
    [{ protocol: 'tcp', address: '10.0.0.1', port: 80 }, 0x4c8b42ce],
    [{ protocol: 'udp', address: '2001:db8::1', port: 53 }, 0x4cc9e8ca],
    [{ fwmark: 7, family: 'inet6' }, 0x4cb2dfd1],
  ] as const)('%j', (service, mark) => {
    expect(fullnatMark(service)).toBe(mark);
  });
});
