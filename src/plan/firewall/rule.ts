import { type Address, addressBytes, type Family, parseAddress } from '../../model/address.ts';

/** Whether a rule applies to a packet; `unknown` where the rule is not understood, or the packet not known so far. */
export type Answer = 'yes' | 'no' | 'unknown';

/** What a filter sees of a packet, whoever wrote its rules. */
export interface FilterPacket {
  readonly family: Family;
  /** What is left out may be anything. */
  readonly fields: { readonly [F in Field]?: readonly Value[] };
}

export type Field = 'saddr' | 'daddr' | 'sport' | 'dport' | 'protocol' | 'state' | 'iif' | 'oif';

/** Addresses and ports from one to another, both included; or a word: a protocol, a state, a device. */
export type Value = { readonly from: bigint; readonly to: bigint } | string;

/** What a field must be for a rule to apply; `undefined`: a condition that is not understood. */
export type Condition =
  | { readonly field: Field; readonly not: boolean; readonly values: readonly Value[] }
  | undefined;

/** What becomes of a packet that a rule applies to. */
export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  /** On with the next rule: counters, logs, marks. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** Not understood: it may be anything. */
  | { readonly kind: 'unknown' };

/** A rule of nftables or iptables. */
export interface FilterRule {
  readonly conditions: readonly Condition[];
  readonly verdict: Verdict;
}

/** A chain of rules; one with a `hook` is called by the kernel, the others by rules. */
export interface Chain {
  /** `inet filter input`; what is written by iptables is told as `iptables filter INPUT`. */
  readonly name: string;
  /** Where its jumps lead: chains of the same table, by their own names. */
  readonly table: string;
  readonly ownName: string;
  readonly families: readonly Family[];
  readonly hook: string | undefined;
  readonly priority: number;
  /** What becomes of packets that no rule decides about. */
  readonly policy: 'accept' | 'drop';
  readonly rules: readonly FilterRule[];
}

/** Whether a rule applies to a packet: all of its conditions, or one at least that does not hold. */
export function matches({ conditions }: FilterRule, packet: FilterPacket): Answer {
  const answers = conditions.map((condition) => holds(condition, packet));
  if (answers.includes('no')) return 'no';
  return answers.includes('unknown') ? 'unknown' : 'yes';
}

function holds(condition: Condition, { fields }: FilterPacket): Answer {
  const actual = condition && fields[condition.field];
  if (condition === undefined || actual === undefined) return 'unknown';
  const { not, values } = condition;
  const every = actual.every((value) => values.some((wanted) => contains(wanted, value)));
  const some = actual.some((value) => values.some((wanted) => overlaps(wanted, value)));
  if (every) return not ? 'no' : 'yes';
  if (some) return 'unknown';
  return not ? 'yes' : 'no';
}

function contains(wide: Value, narrow: Value): boolean {
  if (typeof wide === 'string' || typeof narrow === 'string') return wide === narrow;
  return wide.from <= narrow.from && narrow.to <= wide.to;
}

function overlaps(one: Value, other: Value): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.from <= other.to && other.from <= one.to;
}

export function number(from: number, to = from): Value {
  return { from: BigInt(from), to: BigInt(to) };
}

/** All addresses of a network; `undefined` for what is no address. IPv4 and IPv6 do not meet: a rule has one family. */
export function network(text: string, length?: number): Value | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const { bits, value } = numberOf(address);
  const free = BigInt(bits - Math.min(length ?? bits, bits));
  const from = (value >> free) << free;
  return { from, to: from + (1n << free) - 1n };
}

export function range(first: string, last: string): Value | undefined {
  const [from, to] = [parseAddress(first), parseAddress(last)];
  return from === undefined || to === undefined
    ? undefined
    : { from: numberOf(from).value, to: numberOf(to).value };
}

function numberOf(address: Address): { bits: number; value: bigint } {
  const bytes = addressBytes(address);
  return {
    bits: bytes.length * 8,
    value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n),
  };
}

/** Names of protocols as /etc/protocols has them, and their numbers, to those that nftables prints. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '4': 'ipip',
  ipencap: 'ipip',
  '6': 'tcp',
  '17': 'udp',
  '41': 'ipv6',
  '47': 'gre',
  '58': 'icmpv6',
  'ipv6-icmp': 'icmpv6',
  '132': 'sctp',
  '136': 'udplite',
};

export function protocol(text: string): string {
  return PROTOCOLS[text] ?? text;
}
