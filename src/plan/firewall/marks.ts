import { familyOf } from '../../model/address.ts';
import type { FirewallObject } from '../../model/facts.ts';
import type { Packet } from '../../model/packet.ts';
import { type HookRule, hookRules, keyOf, matchOf } from './ruleset.ts';

/** What nftables would do to a packet's mark, as far as its rules are understood. */
export interface Marking {
  readonly mark: number;
  /** `inet mangle prerouting` */
  readonly chain: string;
  /** False when a condition of the rule is not understood, so that the packet perhaps gets the mark. */
  readonly certain: boolean;
}

/** Hooks that a packet passes before IPVS takes it. */
const HOOKS: readonly unknown[] = ['prerouting', 'input'];

/**
 * The marks that rules of nftables may give a packet on its way in, in their order. Rules of iptables are not
 * understood.
 */
export function findMarkings(nftables: readonly FirewallObject[], packet: Packet): Marking[] {
  return hookRules({ nftables }, familyOf(packet.destination.address))
    .filter(({ hook }) => HOOKS.includes(hook))
    .flatMap((rule) => markingOf(rule, packet) ?? []);
}

function markingOf({ expressions, chain }: HookRule, packet: Packet): Marking | undefined {
  let certain = true;
  for (const expression of expressions) {
    const { key, value } = (expression.mangle ?? {}) as { key?: unknown; value?: unknown };
    if (keyOf(key, 'meta') === 'mark') {
      return typeof value === 'number' ? { mark: value, chain, certain } : undefined;
    }
    if ('counter' in expression || 'log' in expression) continue;
    const fulfilled = evaluate(expression, packet);
    if (fulfilled === false) return undefined;
    if (fulfilled === undefined) certain = false;
  }
  return undefined;
}

/** `undefined`: not understood. */
function evaluate(expression: HookRule['expressions'][number], packet: Packet): boolean | undefined {
  const match = matchOf(expression);
  const actual = match && fieldOf(match.left, packet);
  if (!match || actual === undefined) return undefined;
  const set = (match.right as { set?: readonly unknown[] } | null)?.set ?? [match.right];
  if (set.includes(actual)) return true;
  const isPlain = (item: unknown) =>
    typeof item === 'number' || (typeof item === 'string' && !item.startsWith('@'));
  return set.every(isPlain) ? false : undefined;
}

function fieldOf(left: Readonly<Record<string, unknown>>, packet: Packet): unknown {
  const { protocol, destination, client } = packet;
  if (keyOf(left, 'meta') === 'l4proto') return protocol;
  const payload = left.payload as { field?: string; protocol?: string } | undefined;
  switch (payload?.field) {
    case 'daddr':
      return destination.address;
    case 'saddr':
      return client;
    case 'protocol':
    case 'nexthdr':
      return protocol;
    case 'dport':
      // A condition on another protocol's port is one on the protocol, too.
      return payload.protocol === protocol || payload.protocol === 'th'
        ? destination.port
        : 'another protocol';
    default:
      return undefined;
  }
}
