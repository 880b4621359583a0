import type { Address } from '../model/address.ts';
import type { FirewallObject } from '../model/facts.ts';
import type { Pool, PortRange } from '../model/pool.ts';
import { type ServiceId, serviceKey } from '../model/service.ts';
import type { TableContent } from '../settings/doors.ts';
import { chainOf } from '../settings/nft-pool.ts';
import { CHAINS, SETS } from '../settings/nft-table.ts';

/** Reads what `nft -j list table` printed. What was not made by us is passed over. */
export function readContent(objects: readonly FirewallObject[]): TableContent {
  const rules = all(objects, 'rule');
  const sets = [...all(objects, 'set'), ...all(objects, 'map')];
  const elements = (name: string) => (sets.find((set) => set.name === name)?.elem ?? []) as unknown[];
  const rulesOf = (chain: string) => rules.filter((rule) => rule.chain === chain);
  const pools = new Map<number, { service: string; pool: Pool }>();
  for (const [key] of elements('pools') as [unknown, unknown][]) {
    const { value: mark, comment } = element(key);
    const rule = rulesOf(chainOf(Number(mark)))[0];
    const pool = rule && poolOf(rule.expr as Expression[]);
    if (pool) pools.set(Number(mark), { service: comment ?? '?', pool });
  }
  return {
    whole:
      Object.entries(CHAINS).every(([chain, count]) => rulesOf(chain).length === count) &&
      SETS.every((name) => sets.some((set) => set.name === name)),
    guarded: new Set([...elements('local4'), ...elements('local6')].map((key) => String(element(key).value))),
    pools,
    services: new Map(
      ['service4', 'service6', 'fwmark4', 'fwmark6'].flatMap((name) =>
        (elements(name) as [unknown, number][]).map(
          ([key, mark]) => [serviceKey(serviceOf(name, element(key).value)), mark] as const,
        ),
      ),
    ),
  };
}

function all(objects: readonly FirewallObject[], kind: string): Readonly<Record<string, unknown>>[] {
  return objects.map((object) => object[kind]).filter((found) => found !== undefined);
}

/** An element is its bare value, or with a comment `{ elem: { val, comment } }`. */
function element(key: unknown): { value: unknown; comment?: string } {
  const { elem } = (typeof key === 'object' && key !== null ? key : {}) as {
    elem?: { val: unknown; comment?: string };
  };
  if (!elem) return { value: key };
  return { value: elem.val, ...(elem.comment === undefined ? {} : { comment: elem.comment }) };
}

/** nft names protocols by /etc/protocols, where there is one. */
const PROTOCOLS: Readonly<Record<string, 'tcp' | 'udp'>> = { tcp: 'tcp', 6: 'tcp', udp: 'udp', 17: 'udp' };

function serviceOf(set: string, value: unknown): ServiceId {
  if (set.startsWith('fwmark')) {
    return { fwmark: Number(value), family: set.endsWith('4') ? 'inet' : 'inet6' };
  }
  const [protocol, address, port] = (value as { concat: (string | number)[] }).concat;
  return { protocol: PROTOCOLS[protocol!] ?? 'tcp', address: String(address), port: Number(port) };
}

interface Expression {
  readonly snat?: {
    readonly addr:
      | Address
      | { readonly map: { readonly data: { readonly set: readonly [number, Address][] } } };
    readonly port?: number | { readonly range: readonly [number, number] };
  };
}

function poolOf(expressions: readonly Expression[]): Pool | undefined {
  const snat = expressions.find((expression) => expression.snat)?.snat;
  if (!snat) return undefined;
  const { addr, port } = snat;
  const addresses = typeof addr === 'string' ? [addr] : addr.map.data.set.map(([, address]) => address);
  if (port === undefined) return { addresses };
  const [first, last] = typeof port === 'number' ? [port, port] : port.range;
  const ports: PortRange = { first, last };
  return { addresses, ports };
}
