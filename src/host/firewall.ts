import { readFile } from 'node:fs/promises';
import type { Family } from '../model/address.ts';
import type { FirewallObject, IptablesRule } from '../model/facts.ts';
import { moduleState } from './module-state.ts';
import { listRuleset } from './nft.ts';
import { run } from './run.ts';

/** The rules of this network namespace, read without making the kernel load anything. */
export interface Firewall {
  readonly nftables: readonly FirewallObject[] | undefined;
  readonly iptables: readonly IptablesRule[] | undefined;
}

export async function readFirewall(): Promise<Firewall> {
  return { nftables: await readNftables(), iptables: await readIptables() };
}

async function readNftables(): Promise<readonly FirewallObject[] | undefined> {
  // Where its module only lies on the disk there are no rules, and asking would load it.
  return (await moduleState('nf_tables')) === 'available' ? [] : listRuleset();
}

const TABLES: readonly { readonly family: Family; readonly names: string; readonly programs: string[] }[] = [
  {
    family: 'inet',
    names: '/proc/net/ip_tables_names',
    programs: ['iptables-legacy-save', 'iptables-save'],
  },
  {
    family: 'inet6',
    names: '/proc/net/ip6_tables_names',
    programs: ['ip6tables-legacy-save', 'ip6tables-save'],
  },
];

async function readIptables(): Promise<readonly IptablesRule[] | undefined> {
  const rules: IptablesRule[] = [];
  for (const { family, names, programs } of TABLES) {
    try {
      // Without a name in it no table has been used.
      if ((await readFile(names, 'utf8')).trim() === '') continue;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return undefined;
    }
    const text = await save(programs);
    if (text === undefined) return undefined;
    rules.push(...parseSaved(family, text));
  }
  return rules;
}

async function save(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    const ended = await run(program, []);
    if (ended) return ended.code === 0 ? ended.stdout : undefined;
  }
  return undefined;
}

/** What iptables-save prints: `*table`, its chains, its rules, `COMMIT`. */
export function parseSaved(family: Family, text: string): IptablesRule[] {
  const rules: IptablesRule[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line.startsWith('-A ')) rules.push({ family, table, text: line.trim() });
  }
  return rules;
}
