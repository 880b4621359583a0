import type { Facts } from '../../model/facts.ts';
import { type FwmarkServiceId, formatServiceId, isFwmark } from '../../model/service.ts';
import { expressionsFor, iptablesRules, keyOf } from '../firewall/ruleset.ts';
import type { Observation, Rule } from './rule.ts';

/** Services of firewall marks. */
export const MARK_RULES: readonly Rule[] = [
  { name: 'mark-never-set', about: 'a service of a firewall mark that no rule sets', find: neverSet },
];

function neverSet(facts: Facts): Observation[] {
  const { table, nftables, iptables } = facts;
  if (nftables === undefined || iptables === undefined) return [];
  return (table?.services ?? [])
    .filter(isFwmark)
    .filter((service) => !mayBeSet(facts, service))
    .map((service) => ({
      severity: 'error',
      subject: formatServiceId(service),
      seen: 'no rule of nftables or iptables sets this mark',
      why: 'the service takes only packets that carry the mark, so it gets none',
      fix: [],
      advice: `${example(service)} (unless something else, such as tc, sets marks)`,
    }));
}

function mayBeSet(facts: Facts, { fwmark, family }: FwmarkServiceId): boolean {
  const inNftables = expressionsFor(facts, family).some((expression) => {
    const { key, value } = (expression.mangle ?? {}) as { key?: unknown; value?: unknown };
    // A value that is computed, or looked up in a map, may be any.
    return keyOf(key, 'meta') === 'mark' && (typeof value !== 'number' || value === fwmark);
  });
  return inNftables || iptablesRules(facts, family, 'mangle').some((text) => maySet(text, fwmark));
}

function maySet(text: string, fwmark: number): boolean {
  const [, target, words = ''] = /-j (\S+)(.*)/.exec(text) ?? [];
  if (target !== 'MARK') return target === 'CONNMARK' && words.includes('--restore-mark');
  const set = /--set-x?mark (0x[0-9a-f]+|\d+)(?:\/(0x[0-9a-f]+|\d+))?/.exec(words);
  if (!set) return true;
  const [value, mask] = [Number(set[1]), Number(set[2] ?? 0xffffffff)];
  return mask !== 0xffffffff || value === fwmark;
}

function example({ fwmark, family }: FwmarkServiceId): string {
  const packets = family === 'inet' ? 'ip daddr VIP' : 'ip6 daddr VIP';
  return `with nft: add table inet lvs_marks; add chain inet lvs_marks prerouting { type filter hook prerouting priority mangle; }; add rule inet lvs_marks prerouting ${packets} tcp dport { 80, 443 } meta mark set ${fwmark}`;
}
