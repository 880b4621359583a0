import { isFwmark, type ServiceId, serviceFamily } from '../model/service.ts';

/** A list of nftables' objects, as `nft -j list ruleset` prints it. */
type Objects = readonly Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>[];

interface Match {
  readonly op?: string;
  readonly left?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly right?: unknown;
}
type Expression = Readonly<Record<string, unknown>> & { readonly match?: Match };

/** Where packets of a FULLNAT service pass filters, and the state of their connection there. */
const PASSAGES = {
  input: { state: 'new', packets: 'requests to the VIP' },
  output: { state: 'new', packets: 'requests to the real servers' },
  forward: { state: 'established', packets: 'replies of the real servers' },
} as const;

/**
 * Warns of chains of others that drop what a service needs, as far as their own rules tell: those that drop whatever
 * no rule accepts, with no rule that accepts it. Rules that are not understood (those of iptables extensions, of other
 * chains) accept nothing, so that this may warn in vain; it says `may`.
 */
export function warnOfFirewall(service: ServiceId, objects: Objects, ownTable: string): string[] {
  const warnings: string[] = [];
  for (const { chain } of objects) {
    if (chain?.type !== 'filter' || (chain.family === 'inet' && chain.table === ownTable)) continue;
    if (!concerns(String(chain.family), service)) continue;
    const passage = PASSAGES[chain.hook as keyof typeof PASSAGES];
    if (!passage) continue;
    const rules = objects.flatMap(({ rule }) =>
      rule && rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name
        ? [rule.expr as readonly Expression[]]
        : [],
    );
    if (!dropsRest(chain.policy, rules) || rules.some((rule) => accepts(rule, passage.state, service)))
      continue;
    warnings.push(
      `the firewall’s chain \`${chain.family} ${chain.table} ${chain.name}\` drops what it does not accept, and no rule of it accepts ${passage.packets}: it may stop this service`,
    );
  }
  return warnings;
}

function concerns(family: string, service: ServiceId): boolean {
  return family === 'inet' || family === (serviceFamily(service) === 'inet' ? 'ip' : 'ip6');
}

/** By its policy, or by a rule without conditions. */
function dropsRest(policy: unknown, rules: readonly (readonly Expression[])[]): boolean {
  const dropsAll = (rule: readonly Expression[]) =>
    rule.some((part) => 'drop' in part || 'reject' in part) &&
    rule.every((part) => 'drop' in part || 'reject' in part || 'counter' in part || 'log' in part);
  return policy === 'drop' || rules.some(dropsAll);
}

function accepts(rule: readonly Expression[], state: string, service: ServiceId): boolean {
  if (!rule.some((part) => 'accept' in part)) return false;
  const conditions = rule.filter((part) => !('accept' in part || 'counter' in part || 'log' in part));
  return conditions.every(({ match }) => match !== undefined && mayMatch(match, state, service));
}

/** Whether packets of the service may fulfil a condition; one on devices, say, may always be. */
function mayMatch({ op, left = {}, right }: Match, state: string, service: ServiceId): boolean {
  if (op !== '==' && op !== 'in') return true;
  const values = valuesOf(right);
  const { ct, payload, meta } = left;
  if (ct?.key === 'state') return values.includes(state);
  if (ct?.key === 'status') return false;
  if (meta?.key === 'iifname' || meta?.key === 'oifname') return !values.includes('lo');
  if (isFwmark(service) || state !== 'new' || !payload) return true;
  if (payload.field === 'dport') return state !== 'new' || values.includes(service.port) || isSet(right);
  if (payload.field === 'daddr') return values.includes(service.address) || isSet(right);
  if (payload.field === 'protocol' || payload.field === 'nexthdr') return values.includes(service.protocol);
  return true;
}

function valuesOf(right: unknown): readonly unknown[] {
  if (Array.isArray(right)) return right;
  const set = (right as { set?: readonly unknown[] } | null)?.set;
  return set ?? [right];
}

/** Ranges, prefixes and named sets, which are not looked into. */
function isSet(right: unknown): boolean {
  return valuesOf(right).some(
    (value) => typeof value === 'object' || (typeof value === 'string' && value.startsWith('@')),
  );
}
