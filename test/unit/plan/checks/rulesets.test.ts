import { describe, expect, it } from 'vitest';
import type { FirewallObject, IptablesRule } from '../../../../src/model/facts.ts';
import { facts, found, service, table, way } from './facts.ts';

// Rules as `nft -j` and iptables-save print them.

const rule = (family: string, chain: string, ...expr: object[]): FirewallObject => ({
  rule: { family, table: 't', chain, handle: 1, expr },
});
const chain = (family: string, name: string, type: string, hook: string): FirewallObject => ({
  chain: { family, table: 't', name, type, hook, prio: 0, policy: 'accept' },
});
const iptables = (table: string, text: string): IptablesRule => ({ family: 'inet', table, text });

describe('a mark', () => {
  const of = (nftables: readonly FirewallObject[], legacy: readonly IptablesRule[] = []) =>
    found(
      facts({
        table: table([service({ fwmark: 7, family: 'inet' }, { address: '10.0.0.12', port: 0 })]),
        nftables,
        iptables: legacy,
      }),
    );
  const set = (value: unknown) => ({ mangle: { key: { meta: { key: 'mark' } }, value } });
  const FOUND = ['error mark-never-set: fwmark 7'];

  it('is set by nftables', () => {
    expect(of([])).toEqual(FOUND);
    expect(of([rule('inet', 'pre', set(7))])).toEqual([]);
    expect(of([rule('ip', 'pre', set(8))])).toEqual(FOUND);
    expect(of([rule('ip6', 'pre', set(7))])).toEqual(FOUND);
    expect(of([rule('ip', 'pre', { mangle: { key: { ct: { key: 'mark' } }, value: 7 } })])).toEqual(FOUND);
  });

  it('may be set by what cannot be read', () => {
    expect(of([rule('ip', 'pre', set({ ct: { key: 'mark' } }))])).toEqual([]);
  });

  it('of iptables in nftables is what iptables-save says that it is', () => {
    const opaque = [rule('ip', 'pre', { xt: { type: 'target', name: 'MARK' } })];
    expect(of(opaque, [iptables('mangle', '-A PREROUTING -j MARK --set-xmark 0x7/0xffffffff')])).toEqual([]);
    expect(of(opaque, [iptables('mangle', '-A PREROUTING -j MARK --set-xmark 0x8/0xffffffff')])).toEqual(
      FOUND,
    );
  });

  it.each([
    ['-A PREROUTING -d 10.0.0.100/32 -j MARK --set-xmark 0x7/0xffffffff', []],
    ['-A PREROUTING -d 10.0.0.100/32 -j MARK --set-xmark 0x8/0xffffffff', FOUND],
    ['-A PREROUTING -j MARK --set-xmark 0x4/0x4', []],
    ['-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff', []],
    ['-A PREROUTING -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff', FOUND],
  ])('is set by iptables or not: %s', (text, findings) => {
    expect(of([], [iptables('mangle', text)])).toEqual(findings);
    expect(of([], [iptables('nat', text)])).toEqual(FOUND);
  });

  it('is not known to be missing when a firewall cannot be read', () => {
    const services = [service({ fwmark: 7, family: 'inet' }, { address: '10.0.0.12', port: 0 })];
    expect(found(facts({ table: table(services), nftables: [] }))).toEqual([]);
    expect(found(facts({ table: table(services), iptables: [] }))).toEqual([]);
  });
});

describe('translation and tracking', () => {
  const of = (
    forwarding: 'direct' | 'masquerade',
    conntrack: string,
    nftables: readonly FirewallObject[],
    legacy: readonly IptablesRule[] = [],
  ) =>
    found(
      facts({
        table: table([
          service(
            { protocol: 'tcp', address: '10.1.0.100', port: 80 },
            { address: '10.0.0.12', port: 80, forwarding },
          ),
        ]),
        routes: new Map([['10.0.0.12', way()]]),
        settings: { 'net/ipv4/vs/conntrack': conntrack },
        nftables,
        iptables: legacy,
      }),
    ).filter((line) => !/among-clients|firewall-drops/.test(line));
  const outBy = (name: string) => ({ match: { op: '==', left: { meta: { key: 'oifname' } }, right: name } });
  const fromRs = {
    match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '10.0.0.0' },
  };
  const opaque = { xt: { type: 'match', name: 'set' } };
  const post = chain('ip', 'post', 'nat', 'postrouting');
  const masquerade = { masquerade: null };
  const TRACK = 'net.ipv4.vs.conntrack';

  it('break direct routing when all that leaves is translated', () => {
    const FOUND = [`error translation-breaks-direct: ${TRACK}`];
    expect(of('direct', '1', [post, rule('ip', 'post', masquerade)])).toEqual(FOUND);
    expect(of('direct', '1', [post, rule('ip', 'post', outBy('eth0'), { counter: {} }, masquerade)])).toEqual(
      FOUND,
    );
    expect(of('direct', '1', [post, rule('ip', 'post', outBy('eth1'), masquerade)])).toEqual([]);
    expect(of('direct', '1', [post, rule('ip', 'post', fromRs, masquerade)])).toEqual([]);
    expect(of('direct', '1', [post, rule('ip', 'post', outBy('eth0'), opaque, masquerade)])).toEqual([]);
    expect(of('direct', '0', [post, rule('ip', 'post', masquerade)])).toEqual([]);
    expect(of('direct', '1', [], [iptables('nat', '-A POSTROUTING -o eth0 -j MASQUERADE')])).toEqual(FOUND);
    expect(of('direct', '1', [], [iptables('nat', '-A POSTROUTING -j SNAT --to-source 10.0.0.1')])).toEqual(
      FOUND,
    );
    expect(of('direct', '1', [], [iptables('nat', '-A POSTROUTING -o eth1 -j MASQUERADE')])).toEqual([]);
    expect(of('direct', '1', [], [iptables('nat', '-A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE')])).toEqual(
      [],
    );
  });

  it('pass each other by with NAT', () => {
    const rules = [post, rule('ip', 'post', masquerade)];
    expect(of('masquerade', '0', rules)).toEqual([`hint translation-without-tracking: ${TRACK}`]);
    expect(of('masquerade', '1', rules)).toEqual([]);
  });

  it('drop direct routing where invalid packets are dropped', () => {
    const invalid = (right: unknown) => ({ match: { op: 'in', left: { ct: { key: 'state' } }, right } });
    const input = chain('inet', 'in', 'filter', 'input');
    const drop = { drop: null };
    const FOUND = [`error invalid-dropped: ${TRACK}`];
    expect(of('direct', '1', [input, rule('inet', 'in', invalid('invalid'), drop)])).toEqual(FOUND);
    expect(of('direct', '1', [input, rule('inet', 'in', invalid(['invalid', 'untracked']), drop)])).toEqual(
      FOUND,
    );
    expect(of('direct', '1', [input, rule('inet', 'in', invalid({ set: ['invalid'] }), drop)])).toEqual(
      FOUND,
    );
    expect(of('direct', '1', [input, rule('inet', 'in', invalid('invalid'), opaque, drop)])).toEqual([]);
    expect(of('direct', '1', [input, rule('inet', 'in', invalid('new'), drop)])).toEqual([]);
    expect(of('direct', '1', [input, rule('inet', 'in', fromRs, invalid('invalid'), drop)])).toEqual([]);
    expect(of('direct', '1', [input, rule('inet', 'in', invalid('invalid'), fromRs, drop)])).toEqual([]);
    expect(of('direct', '0', [input, rule('inet', 'in', invalid('invalid'), drop)])).toEqual([]);
    expect(of('masquerade', '1', [input, rule('inet', 'in', invalid('invalid'), drop)])).toEqual([]);
    const legacy = '-A INPUT -m conntrack --ctstate INVALID -j DROP';
    expect(of('direct', '1', [], [iptables('filter', legacy)])).toEqual(FOUND);
  });
});
