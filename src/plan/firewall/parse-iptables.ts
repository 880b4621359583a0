import type { IptablesRule } from '../../model/facts.ts';
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

/** Where the chains of iptables' tables are called; include/uapi/linux/netfilter_ipv4.h, enum nf_ip_hook_priorities. */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  nat: -100,
  filter: 0,
  security: 50,
};
const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** The chains of iptables and ip6tables, by their lines: `:INPUT DROP [0:0]`, `-A INPUT -p tcp -j ACCEPT`. */
export function parseIptables(lines: readonly IptablesRule[]): Chain[] {
  const chains = new Map<string, Omit<Chain, 'rules'> & { rules: FilterRule[] }>();
  for (const { family, table, kind = 'legacy', text } of lines) {
    const program = family === 'inet' ? 'iptables' : 'ip6tables';
    const ownName = /^(?::|-A )(\S+)/.exec(text)?.[1];
    if (ownName === undefined) continue;
    const where = `${program}-${kind} ${table}`;
    const key = `${where} ${ownName}`;
    const chain = chains.get(key) ?? {
      name: `${program} ${table} ${ownName}`,
      table: where,
      ownName,
      families: [family],
      hook: HOOKS.includes(ownName) ? ownName.toLowerCase() : undefined,
      priority: PRIORITIES[table] ?? 0,
      policy: 'accept' as const,
      rules: [],
    };
    if (text.startsWith(':')) chains.set(key, { ...chain, policy: / DROP\b/.test(text) ? 'drop' : 'accept' });
    else chains.set(key, { ...chain, rules: [...chain.rules, parseIptablesRule(text)] });
  }
  return [...chains.values()];
}

const FIELDS: Readonly<Record<string, Field>> = {
  '-s': 'saddr',
  '-d': 'daddr',
  '-p': 'protocol',
  '-i': 'iif',
  '-o': 'oif',
  '--dport': 'dport',
  '--dports': 'dport',
  '--sport': 'sport',
  '--sports': 'sport',
  '--ctstate': 'state',
  '--state': 'state',
  '--src-range': 'saddr',
  '--dst-range': 'daddr',
};
/** Extensions whose own words are all read here, or do not choose packets. */
const UNDERSTOOD = ['tcp', 'udp', 'sctp', 'multiport', 'conntrack', 'state', 'comment', 'iprange'];

/** One line of iptables-save. */
export function parseIptablesRule(text: string): FilterRule {
  const words = text.match(/"(?:\\.|[^"])*"|\S+/g) ?? [];
  const conditions: Condition[] = [];
  let not = false;
  for (let index = 2; index < words.length; index += 2) {
    if (words[index] === '!') {
      not = true;
      index += 1;
    }
    const [word = '', value = ''] = [words[index], words[index + 1]];
    const field = FIELDS[word];
    if (word === '-j' || word === '-g') {
      return { conditions, verdict: verdictOf(word, value) };
    }
    if (field) {
      const values = value.split(',').map((part) => readValue(field, part));
      conditions.push(values.every((one) => one !== undefined) ? { field, not, values } : undefined);
    } else if (!(word === '-m' && UNDERSTOOD.includes(value)) && word !== '--comment') {
      conditions.push(undefined);
      // How many words an option has is not known here: the verdict is the next `-j`.
      const next = words.findIndex((one, at) => at > index && (one === '-j' || one === '-g'));
      if (next === -1) break;
      index = next - 2;
    }
    not = false;
  }
  return { conditions, verdict: { kind: 'continue' } };
}

const BUILT_IN: Readonly<Record<string, Verdict>> = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  REJECT: { kind: 'drop' },
  RETURN: { kind: 'return' },
};
/** Targets after which the next rule is asked. */
const PASSING = [
  'LOG',
  'NFLOG',
  'MARK',
  'CONNMARK',
  'TCPMSS',
  'TRACE',
  'CT',
  'NOTRACK',
  'CLASSIFY',
  'DSCP',
  'TOS',
  'CHECKSUM',
  'AUDIT',
];

function verdictOf(word: string, target: string): Verdict {
  const known = BUILT_IN[target];
  if (known) return known;
  if (PASSING.includes(target)) return { kind: 'continue' };
  return { kind: word === '-g' ? 'goto' : 'jump', chain: target };
}

function readValue(field: Field, text: string): Value | undefined {
  switch (field) {
    case 'saddr':
    case 'daddr': {
      const [first = '', last] = text.split('-');
      if (last !== undefined) return range(first, last);
      const [address = '', length] = text.split('/');
      if (length === undefined) return network(address);
      return /^\d+$/.test(length) ? network(address, Number(length)) : undefined;
    }
    case 'sport':
    case 'dport': {
      const [, first, , last] = /^(\d+)(:(\d+))?$/.exec(text) ?? [];
      return first === undefined ? undefined : number(Number(first), Number(last ?? first));
    }
    case 'protocol':
      return protocol(text);
    case 'state':
      return text.toLowerCase();
    // A `+` at the end stands for many devices.
    default:
      return text.endsWith('+') ? undefined : text;
  }
}
