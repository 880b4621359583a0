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
  const nftables = await readNftables();
  return { nftables, iptables: await readIptables(isOpaque(nftables)) };
}

async function readNftables(): Promise<readonly FirewallObject[] | undefined> {
  // Where its module only lies on the disk there are no rules, and asking would load it.
  return (await moduleState('nf_tables')) === 'available' ? [] : listRuleset();
}

const TABLES: readonly { readonly family: Family; readonly names: string; readonly program: string }[] = [
  { family: 'inet', names: '/proc/net/ip_tables_names', program: 'iptables' },
  { family: 'inet6', names: '/proc/net/ip6_tables_names', program: 'ip6tables' },
];

/** Whether there are rules that iptables has written into nftables, where only iptables can read them. */
function isOpaque(nftables: readonly FirewallObject[] | undefined): boolean {
  return (nftables ?? []).some(({ rule }) =>
    (rule?.expr as object[] | undefined)?.some((part) => 'xt' in part),
  );
}

async function readIptables(opaque: boolean): Promise<readonly IptablesRule[] | undefined> {
  const rules: IptablesRule[] = [];
  for (const { family, names, program } of TABLES) {
    for (const kind of ['legacy', 'nft'] as const) {
      const isUsed = kind === 'nft' ? opaque : await hasTables(names);
      if (isUsed === undefined) return undefined;
      if (!isUsed) continue;
      const text = await save(program, kind);
      if (text === undefined) return undefined;
      rules.push(...parseSaved(family, kind, text));
    }
  }
  return rules;
}

/** Whether a table of iptables' older kind has been used; `undefined` when that may not be known. */
async function hasTables(names: string): Promise<boolean | undefined> {
  try {
    return (await readFile(names, 'utf8')).trim() !== '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? false : undefined;
  }
}

/** What the program of a kind prints; under its plain name it may be either. */
async function save(program: string, kind: 'legacy' | 'nft'): Promise<string | undefined> {
  const own = await run(`${program}-${kind}-save`, []);
  if (own) return own.code === 0 ? own.stdout : undefined;
  const version = await run(`${program}-save`, ['--version']);
  if (version?.code !== 0 || version.stdout.includes('nf_tables') !== (kind === 'nft')) return undefined;
  const saved = await run(`${program}-save`, []);
  return saved?.code === 0 ? saved.stdout : undefined;
}

/** What iptables-save prints: `*table`, its chains, its rules, `COMMIT`. */
export function parseSaved(family: Family, kind: 'legacy' | 'nft', text: string): IptablesRule[] {
  const rules: IptablesRule[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (/^(-A |:)/.test(line)) rules.push({ family, table, kind, text: line.trim() });
  }
  return rules;
}
