import type { Family } from '../../model/address.ts';
import type { FirewallObject } from '../../model/facts.ts';
import {
  type Chain,
  type Condition,
  type Field,
  type FilterRule,
  network,
  number,
  protocol,
  range,
  type Value,
  type Verdict,
} from './rule.ts';

type Thing = Readonly<Record<string, unknown>>;
type Sets = ReadonlyMap<string, readonly unknown[] | undefined>;

const FAMILIES_OF: Readonly<Record<string, readonly Family[]>> = {
  ip: ['inet'],
  ip6: ['inet6'],
  inet: ['inet', 'inet6'],
};

/** The chains of nftables that see packets of IP, as `nft -j list ruleset` prints them. What is not understood is kept as such. */
export function parseNft(objects: readonly FirewallObject[]): Chain[] {
  const sets: Sets = new Map(
    objects.flatMap(({ set }) => (set ? [[`${tableOf(set)} ${set.name}`, elementsOf(set)] as const] : [])),
  );
  const dormant = new Set(
    objects.flatMap(({ table }) =>
      [table?.flags ?? []].flat().includes('dormant') ? [`${table?.family} ${table?.name}`] : [],
    ),
  );
  return objects.flatMap(({ chain }): Chain[] => {
    const families = FAMILIES_OF[String(chain?.family)];
    if (!chain || !families) return [];
    const table = tableOf(chain);
    if (dormant.has(table)) return [];
    const rules = objects.flatMap(({ rule }) =>
      rule && tableOf(rule) === table && rule.chain === chain.name
        ? [parseRule((rule.expr ?? []) as readonly Thing[], table, sets)]
        : [],
    );
    return [
      {
        name: `${table} ${chain.name}`,
        table,
        ownName: String(chain.name),
        families,
        hook: typeof chain.hook === 'string' ? chain.hook : undefined,
        priority: Number(chain.prio ?? 0),
        policy: chain.policy === 'drop' ? 'drop' : 'accept',
        rules,
      },
    ];
  });
}

/** Expressions that neither choose packets nor decide about them. */
const WITHOUT_EFFECT = ['counter', 'log', 'comment', 'mangle', 'notrack', 'nftrace', 'ct helper'];

function parseRule(expressions: readonly Thing[], table: string, sets: Sets): FilterRule {
  const conditions: Condition[] = [];
  let verdict: Verdict = { kind: 'continue' };
  for (const expression of expressions) {
    const [kind = ''] = Object.keys(expression);
    if (WITHOUT_EFFECT.includes(kind)) continue;
    if (kind === 'match') {
      conditions.push(...parseMatch(expression.match as Thing, table, sets));
      continue;
    }
    const found = parseVerdict(kind, expression[kind]);
    if (found) verdict = found;
    // Both what it chooses and what it does are open: limits, extensions of iptables, maps of verdicts.
    else conditions.push(undefined);
    if (!found && (kind === 'xt' || kind === 'vmap' || kind === 'queue')) verdict = { kind: 'unknown' };
  }
  return { conditions, verdict };
}

function parseVerdict(kind: string, value: unknown): Verdict | undefined {
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return { kind };
    case 'reject':
      return { kind: 'drop' };
    case 'jump':
    case 'goto':
      return { kind, chain: String((value as { target?: unknown } | null)?.target) };
    default:
      return undefined;
  }
}

const TRANSPORTS = ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6'];

/** One condition, or two: one on a port is one on the protocol as well. */
function parseMatch({ op, left, right }: Thing, table: string, sets: Sets): Condition[] {
  const { payload, meta, ct } = (left ?? {}) as Readonly<Record<string, Thing | undefined>>;
  const not = op === '!=';
  if (op !== '==' && op !== 'in' && !not) return [undefined];
  const one = (field: Field, values = valuesOf(field, right, table, sets)): Condition =>
    values && { field, not, values };
  if (ct) return [ct.key === 'state' ? one('state') : undefined];
  if (meta) {
    switch (meta.key) {
      case 'l4proto':
        return [one('protocol')];
      case 'iifname':
      case 'iif':
        return [one('iif')];
      case 'oifname':
      case 'oif':
        return [one('oif')];
      default:
        return [undefined];
    }
  }
  if (!payload) return [undefined];
  const of = String(payload.protocol);
  const transport: Condition[] = TRANSPORTS.includes(of)
    ? [{ field: 'protocol', not: false, values: [of] }]
    : [];
  switch (payload.field) {
    case 'saddr':
    case 'daddr':
      return [of === 'ip' || of === 'ip6' ? one(payload.field) : undefined];
    case 'sport':
    case 'dport':
      return [...transport, one(payload.field)];
    case 'protocol':
    case 'nexthdr':
      return [one('protocol')];
    default:
      return [...transport, undefined];
  }
}

/** `undefined` when one of them is not understood. */
function valuesOf(field: Field, right: unknown, table: string, sets: Sets): Value[] | undefined {
  const listed = Array.isArray(right) ? right : ((right as { set?: unknown } | null)?.set ?? [right]);
  const items: unknown[] = [];
  for (const item of [listed].flat() as unknown[]) {
    if (typeof item !== 'string' || !item.startsWith('@')) items.push(item);
    else {
      const elements = sets.get(`${table} ${item.slice(1)}`);
      if (elements === undefined) return undefined;
      items.push(...elements);
    }
  }
  const values = items.map((item) => readValue(field, item));
  return values.every((value) => value !== undefined) ? values : undefined;
}

function readValue(field: Field, item: unknown): Value | undefined {
  const { elem, prefix, range: span } = (item ?? {}) as Readonly<Record<string, unknown>>;
  if (elem) return readValue(field, (elem as { val?: unknown }).val);
  switch (field) {
    case 'saddr':
    case 'daddr': {
      if (typeof item === 'string') return network(item);
      const { addr, len } = (prefix ?? {}) as { addr?: string; len?: number };
      if (addr !== undefined) return network(addr, len);
      return Array.isArray(span) ? range(String(span[0]), String(span[1])) : undefined;
    }
    case 'sport':
    case 'dport': {
      if (Array.isArray(span)) return portRange(span[0], span[1]);
      return portRange(item, item);
    }
    case 'protocol':
      return typeof item === 'string' || typeof item === 'number' ? protocol(String(item)) : undefined;
    // A `*` at the end stands for many devices.
    default:
      return typeof item === 'string' && !item.endsWith('*') ? item : undefined;
  }
}

function portRange(from: unknown, to: unknown): Value | undefined {
  return typeof from === 'number' && typeof to === 'number' ? number(from, to) : undefined;
}

/** What a set has in it; a map's, and one that is filled by packets, may be anything. */
function elementsOf(set: Thing): readonly unknown[] | undefined {
  const flags = [set.flags ?? []].flat();
  if (flags.includes('dynamic') || flags.includes('timeout')) return undefined;
  return Array.isArray(set.elem) ? set.elem : [];
}

function tableOf({ family, table }: Thing): string {
  return `${family} ${table}`;
}
