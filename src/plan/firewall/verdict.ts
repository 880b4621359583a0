import type { Facts } from '../../model/facts.ts';
import { parseIptables } from './parse-iptables.ts';
import { parseNft } from './parse-nft.ts';
import { type Chain, type FilterPacket, matches } from './rule.ts';

/** What becomes of a packet: `unknown` where rules that are not understood, or the packet's unknown parts, decide. */
export type Outcome = 'accept' | 'drop' | 'unknown';

export interface Judgement {
  readonly outcome: Outcome;
  /** Every chain of the hook that drops the packet for certain, if it gets there. */
  readonly dropping: readonly Chain[];
}

/** Jumps that are followed into each other; the kernel refuses deeper ones and circles (NFT_JUMP_STACK_SIZE). */
const DEEPEST = 16;

/** Every chain of a host. What iptables has written into nftables is read as iptables prints it, where it does. */
export function readChains({ nftables = [], iptables = [] }: Pick<Facts, 'nftables' | 'iptables'>): Chain[] {
  const written = parseIptables(iptables);
  const inNftables = new Set(
    iptables
      .filter(({ kind }) => kind === 'nft')
      .map(({ family, table }) => `${family === 'inet' ? 'ip' : 'ip6'} ${table}`),
  );
  return [...parseNft(nftables).filter(({ table }) => !inNftables.has(table)), ...written];
}

/**
 * What becomes of a packet at a hook: its chains are asked in the order of their priorities, up to those below
 * `before`, and the packet goes on only when each accepts it.
 */
export function judge(
  chains: readonly Chain[],
  hook: string,
  packet: FilterPacket,
  before = Number.POSITIVE_INFINITY,
): Judgement {
  const asked = chains
    .filter(
      (chain) => chain.hook === hook && chain.priority < before && chain.families.includes(packet.family),
    )
    .sort((a, b) => a.priority - b.priority);
  const ends = asked.map((chain) => ({ chain, ends: endsWith(chain, chains, packet) }));
  const dropping = ends.filter(({ ends }) => !ends.has('accept')).map(({ chain }) => chain);
  if (dropping.length > 0) return { outcome: 'drop', dropping };
  return { outcome: ends.some(({ ends }) => ends.has('drop')) ? 'unknown' : 'accept', dropping };
}

/** Every end that a packet may come to in a chain of a hook, its policy included. */
function endsWith(chain: Chain, chains: readonly Chain[], packet: FilterPacket): Set<End> {
  const ends = walk(chain, chains, packet, 0);
  if (ends.delete('return')) ends.add(chain.policy);
  return ends;
}

type End = 'accept' | 'drop' | 'return';

/** Every end that a packet may come to in a chain; `return`: no rule of it decides. */
function walk(chain: Chain, chains: readonly Chain[], packet: FilterPacket, depth: number): Set<End> {
  const ends = new Set<End>();
  for (const rule of chain.rules) {
    const answer = matches(rule, packet);
    if (answer === 'no' || rule.verdict.kind === 'continue') continue;
    const found = endsOf(rule.verdict, chain, chains, packet, depth);
    const goesOn = found.delete('next');
    for (const end of found) if (end !== 'next') ends.add(end);
    if (answer === 'yes' && !goesOn) return ends;
  }
  return ends.add('return');
}

function endsOf(
  verdict: Chain['rules'][number]['verdict'],
  chain: Chain,
  chains: readonly Chain[],
  packet: FilterPacket,
  depth: number,
): Set<End | 'next'> {
  if (verdict.kind === 'continue') return new Set(['next']);
  if (verdict.kind === 'unknown') return new Set(['accept', 'drop', 'return', 'next']);
  if (verdict.kind !== 'jump' && verdict.kind !== 'goto') return new Set([verdict.kind]);
  const target = chains.find(({ table, ownName }) => table === chain.table && ownName === verdict.chain);
  if (!target || depth >= DEEPEST) return new Set(['accept', 'drop', 'return', 'next']);
  const ends: Set<End | 'next'> = new Set(walk(target, chains, packet, depth + 1));
  // After a jump the next rule is asked; after a goto, the one after the jump that led here.
  if (verdict.kind === 'jump' && ends.delete('return')) ends.add('next');
  return ends;
}
