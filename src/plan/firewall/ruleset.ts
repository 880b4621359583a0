import type { Family } from '../../model/address.ts';
import type { Facts, FirewallObject } from '../../model/facts.ts';

// What can be told from the rules of nftables and iptables. A rule that is not understood is never taken for a fault.

type Expression = Readonly<Record<string, unknown>>;

/** A rule of nftables in a chain that a hook calls. */
export interface HookRule {
  readonly type: unknown;
  readonly hook: unknown;
  /** `inet filter input` */
  readonly chain: string;
  readonly expressions: readonly Expression[];
}

/** Every expression of every rule that concerns a family's packets. */
export function expressionsFor({ nftables }: Facts, family: Family): Expression[] {
  return things(nftables, 'rule')
    .filter((rule) => concerns(rule.family, family))
    .flatMap((rule) => rule.expr as readonly Expression[]);
}

export function hookRules({ nftables }: Pick<Facts, 'nftables'>, family: Family): HookRule[] {
  return things(nftables, 'chain')
    .filter((chain) => chain.hook !== undefined && concerns(chain.family, family))
    .flatMap(({ family, table, name, type, hook }) =>
      things(nftables, 'rule')
        .filter((rule) => rule.family === family && rule.table === table && rule.chain === name)
        .map((rule) => ({
          type,
          hook,
          chain: `${family} ${table} ${name}`,
          expressions: rule.expr as readonly Expression[],
        })),
    );
}

/** Texts of iptables' rules of a table for a family's packets. */
export function iptablesRules({ iptables }: Facts, family: Family, table: string): string[] {
  return (iptables ?? [])
    .filter((rule) => rule.family === family && rule.table === table)
    .map(({ text }) => text);
}

/** What an expression matches: `{ left, right }`, when it does with `==` or `in`. */
export function matchOf({ match }: Expression): { left: Expression; right: unknown } | undefined {
  const { op, left, right } = (match ?? {}) as { op?: string; left?: Expression; right?: unknown };
  return left && (op === '==' || op === 'in') ? { left, right } : undefined;
}

/** `{ meta: { key: 'mark' } }` → `mark`, when it is of that kind. */
export function keyOf(value: unknown, kind: 'meta' | 'ct'): string | undefined {
  const found = (value as Readonly<Record<string, { key?: string }>> | null)?.[kind];
  return found?.key;
}

function things(objects: readonly FirewallObject[] | undefined, kind: string) {
  return (objects ?? []).map((object) => object[kind]).filter((thing) => thing !== undefined);
}

function concerns(of: unknown, family: Family): boolean {
  return of === 'ip' ? family === 'inet' : of === 'ip6' ? family === 'inet6' : of !== 'arp';
}
