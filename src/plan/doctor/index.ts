import type { Facts } from '../../model/facts.ts';
import { type Finding, SEVERITIES } from '../../model/finding.ts';
import { ADDRESS_RULES } from './addresses.ts';
import { CAPACITY_RULES } from './capacity.ts';
import { CONNECTION_RULES } from './connections.ts';
import { FIREWALL_RULES } from './firewall.ts';
import { FORWARDING_RULES } from './forwarding.ts';
import { MARK_RULES } from './marks.ts';
import { MASQUERADE_RULES } from './masquerade.ts';
import { REAL_SERVER_RULES } from './real-server.ts';
import type { Rule } from './rule.ts';
import { SCHEDULING_RULES } from './scheduling.ts';
import { SOURCE_RULES } from './sources.ts';
import { SYNC_RULES } from './sync.ts';
import { TRACKING_RULES } from './tracking.ts';
import { TUNNEL_RULES } from './tunnels.ts';

/** Every rule there is. A new one goes into the list of its theme. */
export const RULES: readonly Rule[] = [
  ...FORWARDING_RULES,
  ...MASQUERADE_RULES,
  ...TUNNEL_RULES,
  ...ADDRESS_RULES,
  ...SCHEDULING_RULES,
  ...CONNECTION_RULES,
  ...CAPACITY_RULES,
  ...MARK_RULES,
  ...FIREWALL_RULES,
  ...TRACKING_RULES,
  ...SYNC_RULES,
  ...REAL_SERVER_RULES,
  ...SOURCE_RULES,
];

/** What the rules find, the worst first, and otherwise in the order of the rules. */
export function examine(facts: Facts, rules: readonly Rule[] = RULES): Finding[] {
  return rules
    .flatMap(({ name, find }) => find(facts).map((observation): Finding => ({ rule: name, ...observation })))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
