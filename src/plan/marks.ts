import { familyOf } from '../model/address.ts';
import type { FirewallObject } from '../model/facts.ts';
import type { Packet } from '../model/packet.ts';

/** What nftables would do to a packet's mark, as far as its rules are understood. */
export interface Marking {
  readonly mark: number;
  /** `inet mangle prerouting` */
  readonly chain: string;
  /** False when a condition of the rule is not understood, so that the packet perhaps gets the mark. */
  readonly certain: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Hooks that a packet passes before IPVS takes it. */
const HOOKS = ['prerouting', 'input'];

/**
 * The marks that rules of nftables (iptables-nft among them) may give a packet on its way in, in their order. Rules of
 * iptables' older kind are not seen here.
 */
export function findMarkings(objects: readonly FirewallObject[], packet: Packet): Marking[] {
  const chains = objects.flatMap(({ chain }) =>
    chain && HOOKS.includes(String(chain.hook)) && concerns(String(chain.family), packet) ? [chain] : [],
  );
  return chains.flatMap((chain) =>
    objects.flatMap(({ rule }) => {
      const own = rule && ['family', 'table'].every((key) => rule[key] === chain[key]);
      if (!own || rule.chain !== chain.name) return [];
      return markingOf(
        rule.expr as readonly Fields[],
        packet,
        `${chain.family} ${chain.table} ${chain.name}`,
      );
    }),
  );
}

function concerns(family: string, { destination }: Packet): boolean {
  return family === 'inet' || family === (familyOf(destination.address) === 'inet' ? 'ip' : 'ip6');
}

function markingOf(expressions: readonly Fields[], packet: Packet, chain: string): Marking[] {
  let certain = true;
  for (const expression of expressions) {
    const mangle = expression.mangle as { key?: { meta?: Fields }; value?: unknown } | undefined;
    if (mangle?.key?.meta?.key === 'mark') {
      return typeof mangle.value === 'number' ? [{ mark: mangle.value, chain, certain }] : [];
    }
    if ('counter' in expression || 'log' in expression) continue;
    const fulfilled = evaluate(expression.match as Condition | undefined, packet);
    if (fulfilled === false) return [];
    if (fulfilled === undefined) certain = false;
  }
  return [];
}

interface Condition {
  readonly op?: string;
  readonly left?: { readonly payload?: Fields; readonly meta?: Fields };
  readonly right?: unknown;
}

/** `undefined`: not understood. */
function evaluate(condition: Condition | undefined, packet: Packet): boolean | undefined {
  const { op, left, right } = condition ?? {};
  const actual = left && fieldOf(left, packet);
  if ((op !== '==' && op !== 'in') || actual === undefined) return undefined;
  const set = (right as { set?: readonly unknown[] } | null)?.set ?? [right];
  if (set.includes(actual)) return true;
  const isPlain = (item: unknown) =>
    typeof item === 'number' || (typeof item === 'string' && !/^@/.test(item));
  return set.every(isPlain) ? false : undefined;
}

function fieldOf({ payload, meta }: NonNullable<Condition['left']>, packet: Packet): unknown {
  const { protocol, destination, client } = packet;
  if (meta?.key === 'l4proto') return protocol;
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
