import type { Endpoint } from '../../model/endpoint.ts';
import { type ServiceId, serviceFamily } from '../../model/service.ts';
import { FIRST_CLIENT_PORT, type Packet, passagesOf } from './fullnat-passage.ts';

/** A list of nftables' objects, as `nft -j list ruleset` prints it. */
type Objects = readonly Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>[];

interface Match {
  readonly op?: string;
  readonly left?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly right?: unknown;
}
type Expression = Readonly<Record<string, unknown>> & { readonly match?: Match };

/**
 * Warns of chains of others that drop what a service needs, as far as their own rules tell: those that drop whatever
 * no rule accepts, with no rule that accepts it. Rules that are not understood (those of iptables extensions, of other
 * chains) accept nothing, so that this may warn in vain; it says `may`.
 */
export function warnOfFirewall(
  service: ServiceId,
  servers: readonly Endpoint[],
  objects: Objects,
  ownTable: string,
): string[] {
  const passages = passagesOf(service, servers);
  const warnings: string[] = [];
  for (const { chain } of objects) {
    if (chain?.type !== 'filter' || (chain.family === 'inet' && chain.table === ownTable)) continue;
    if (!concerns(String(chain.family), service)) continue;
    const passage = passages[String(chain.hook)];
    if (!passage) continue;
    const rules = objects.flatMap(({ rule }) =>
      rule && rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name
        ? [rule.expr as readonly Expression[]]
        : [],
    );
    if (!dropsRest(chain.policy, rules) || rules.some((rule) => accepts(rule, passage.packet))) continue;
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

function accepts(rule: readonly Expression[], packet: Packet): boolean {
  if (!rule.some((part) => 'accept' in part)) return false;
  const conditions = rule.filter((part) => !('accept' in part || 'counter' in part || 'log' in part));
  return conditions.every(({ match }) => match !== undefined && mayMatch(match, packet));
}

/** Whether such a packet may fulfil a condition; one on devices, say, may always be. */
function mayMatch({ op, left = {}, right }: Match, packet: Packet): boolean {
  if (op !== '==' && op !== 'in') return true;
  const values = valuesOf(right);
  const { ct, payload, meta } = left;
  if (ct?.key === 'state') return values.includes(packet.state);
  if (ct?.key === 'status') return false;
  if (meta?.key === 'iifname' || meta?.key === 'oifname') return !values.includes('lo');
  if (meta?.key === 'l4proto') return isProtocol(values, packet);
  if (!payload) return true;
  const { protocol, field } = payload;
  if (TRANSPORTS.includes(protocol) && !isProtocol([protocol], packet)) return false;
  switch (field) {
    case 'sport':
    case 'dport':
      if (isSet(right)) return true;
      return field === packet.clientPort
        ? values.some((value) => Number(value) >= FIRST_CLIENT_PORT)
        : hasOne(values, packet.ports[field]);
    case 'saddr':
    case 'daddr':
      return isSet(right) || hasOne(values, packet.addresses[field]);
    case 'protocol':
    case 'nexthdr':
      return isProtocol(values, packet);
    default:
      return true;
  }
}

const TRANSPORTS: readonly unknown[] = ['tcp', 'udp', 'sctp', 'dccp', 'icmp', 'icmpv6'];

function isProtocol(values: readonly unknown[], { protocol }: Packet): boolean {
  return hasOne(values, protocol === undefined ? undefined : [protocol]);
}

function hasOne(values: readonly unknown[], possible: readonly unknown[] | undefined): boolean {
  return possible?.some((value) => values.includes(value)) ?? true;
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
