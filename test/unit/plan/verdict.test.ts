import { describe, expect, it } from 'vitest';
import type { FirewallObject } from '../../../src/model/facts.ts';
import { parseIptablesRule } from '../../../src/plan/firewall/parse-iptables.ts';
import { packet, request } from '../../../src/plan/firewall/passage.ts';
import { matches } from '../../../src/plan/firewall/rule.ts';
import { judge, readChains } from '../../../src/plan/firewall/verdict.ts';

const WEB = { protocol: 'tcp', address: '10.1.0.100', port: 80 } as const;
const WEB_REQUEST = request(WEB, { tracked: false, devices: ['eth0'] }).packet;

const iptables = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => ({ family: 'inet', table: 'filter', kind: 'legacy', text: line.trim() }) as const);
const ofIptables = (text: string, hook = 'input') =>
  judge(readChains({ nftables: [], iptables: iptables(text) }), hook, WEB_REQUEST).outcome;

/** The rules of a chain `c` at input, in nft's JSON, and what else is there. */
function ofNft(policy: string, rules: readonly object[][], ...others: FirewallObject[]) {
  const chain = { family: 'inet', table: 't', name: 'c', type: 'filter', hook: 'input', prio: 0, policy };
  const nftables = [
    { chain },
    ...rules.map((expr) => ({ rule: { family: 'inet', table: 't', chain: 'c', expr } })),
    ...others,
  ];
  return judge(readChains({ nftables, iptables: [] }), 'input', WEB_REQUEST).outcome;
}
const match = (protocol: string, field: string, right: unknown, op = '==') => ({
  match: { op, left: { payload: { protocol, field } }, right },
});
const [accept, drop] = [{ accept: null }, { drop: null }];

describe('rules of iptables', () => {
  it.each([
    ['accept', ':INPUT ACCEPT [0:0]'],
    ['drop', ':INPUT DROP [0:0]'],
    ['accept', ':INPUT DROP [0:0]\n-A INPUT -d 10.1.0.0/24 -p tcp -m multiport --dports 22,80:90 -j ACCEPT'],
    ['drop', ':INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'],
    [
      'drop',
      ':INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -i lo -j ACCEPT',
    ],
    [
      'drop',
      ':INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with icmp-port-unreachable\n-A INPUT -p tcp --dport 80 -j ACCEPT',
    ],
    ['accept', ':INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 80 -j ACCEPT\n-A INPUT -j REJECT'],
    ['accept', ':INPUT DROP [0:0]\n-A INPUT ! -d 192.0.2.1/32 -j ACCEPT'],
    // By an extension, and by the client: nobody can say.
    ['unknown', ':INPUT DROP [0:0]\n-A INPUT -m set --match-set friends src -j ACCEPT'],
    ['unknown', ':INPUT DROP [0:0]\n-A INPUT -s 192.0.2.0/24 -j ACCEPT'],
    ['unknown', ':INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.0/24 -j DROP'],
    ['accept', ':INPUT ACCEPT [0:0]\n-A INPUT -p udp -m set --match-set foes src -j DROP'],
    [
      'accept',
      ':INPUT DROP [0:0]\n:OPEN - [0:0]\n-A INPUT -j OPEN\n-A OPEN -p tcp -m comment --comment "the -j DROP web" -j ACCEPT',
    ],
    [
      'drop',
      ':INPUT DROP [0:0]\n:OPEN - [0:0]\n-A INPUT -j OPEN\n-A OPEN -p udp -j ACCEPT\n-A OPEN -j RETURN',
    ],
    [
      'drop',
      ':INPUT DROP [0:0]\n:OPEN - [0:0]\n-A INPUT -g OPEN\n-A INPUT -j ACCEPT\n-A OPEN -p udp -j ACCEPT',
    ],
    ['unknown', ':INPUT DROP [0:0]\n-A INPUT -j ELSEWHERE'],
  ])('%s: %s', (outcome, text) => {
    expect(ofIptables(text)).toBe(outcome);
  });

  it('apply or do not, whatever words their extensions have', () => {
    const syn = parseIptablesRule('-A INPUT -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP');
    expect(matches(syn, WEB_REQUEST)).toBe('unknown');
    expect(matches(parseIptablesRule('-A INPUT -p icmp -m icmp --icmp-type 8 -j DROP'), WEB_REQUEST)).toBe(
      'no',
    );
  });
});

describe('rules of nftables', () => {
  it('are asked in their order, and their policy after them', () => {
    expect(ofNft('accept', [[drop], [accept]])).toBe('drop');
    expect(ofNft('accept', [[accept], [drop]])).toBe('accept');
    expect(ofNft('drop', [[match('tcp', 'dport', { set: [22, { range: [80, 90] }] }), accept]])).toBe(
      'accept',
    );
    expect(ofNft('drop', [[match('udp', 'dport', 80), accept]])).toBe('drop');
    expect(ofNft('drop', [[match('tcp', 'dport', 80, '!='), accept]])).toBe('drop');
    expect(ofNft('drop', [[{ limit: { rate: 1, per: 'second' } }, accept]])).toBe('unknown');
    expect(ofNft('drop', [[{ xt: { type: 'target', name: 'REJECT' } }]])).toBe('unknown');
  });

  it('have sets with names, which are looked into unless packets fill them', () => {
    const set = (rest: object) => ({ set: { family: 'inet', table: 't', name: 'vips', ...rest } });
    const rules = [[match('ip', 'daddr', '@vips'), drop]];
    const network = [{ prefix: { addr: '10.1.0.0', len: 24 } }];
    expect(ofNft('accept', rules, set({ elem: network }))).toBe('drop');
    expect(ofNft('accept', rules, set({ elem: ['10.9.0.1'] }))).toBe('accept');
    expect(ofNft('accept', rules, set({ flags: ['dynamic'], elem: network }))).toBe('unknown');
    expect(ofNft('accept', rules)).toBe('unknown');
  });

  it('count in every chain of the hook that the packet comes to, and in no table that sleeps', () => {
    const second = (prio: number) => ({
      chain: { family: 'ip', table: 'u', name: 'd', type: 'filter', hook: 'input', prio, policy: 'drop' },
    });
    expect(ofNft('accept', [[accept]], second(10))).toBe('drop');
    expect(
      ofNft('accept', [[accept]], second(10), { table: { family: 'ip', name: 'u', flags: 'dormant' } }),
    ).toBe('accept');
    const nftables = [second(100)];
    // IPVS has taken the packet before.
    expect(judge(readChains({ nftables, iptables: [] }), 'input', WEB_REQUEST, 98).outcome).toBe('accept');
  });
});

it('of several possible packets all must be dropped', () => {
  const some = packet('inet', { protocol: ['ipip', 'udp'] });
  const chains = (text: string) => readChains({ nftables: [], iptables: iptables(text) });
  expect(judge(chains(':INPUT DROP [0:0]\n-A INPUT -p tcp -j ACCEPT'), 'input', some).outcome).toBe('drop');
  expect(judge(chains(':INPUT DROP [0:0]\n-A INPUT -p udp -j ACCEPT'), 'input', some).outcome).toBe(
    'unknown',
  );
});
