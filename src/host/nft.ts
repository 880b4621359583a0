import type { FirewallObject } from '../model/facts.ts';
import { type Ended, run } from './run.ts';

/** The oldest nft whose reading and writing of our table is tested: Debian 12's. */
const OLDEST = [1, 0, 6] as const;

/** What nft says of a kernel, or a namespace, without nftables. */
const UNSUPPORTED = /not supported|Protocol error/;

/** Why nft could not do it: one line, with what to install where that is it. */
export class NftError extends Error {
  override readonly name = 'NftError';

  /** Parts of the program are built apart, each with a copy of this class (scripts/bundle.js): the name tells. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'NftError';
  }
}

/** Carries out commands in nft's own language, all or none. (Its JSON is not read back by every version.) */
export async function applyNft(text: string): Promise<void> {
  await requireVersion();
  const { code, stderr } = await nft(['-f', '-'], text);
  if (code !== 0) throw new NftError(`nft: ${firstLine(stderr)}`);
}

/** All of a table of family inet, or `undefined` when there is none. */
export async function listTable(name: string): Promise<FirewallObject[] | undefined> {
  await requireVersion();
  const { code, stdout, stderr } = await nft(['-j', 'list', 'table', 'inet', name]);
  if (code === 0) return objectsOf(stdout);
  if (stderr.includes('No such file or directory')) return undefined;
  // A kernel, or a namespace, without nftables has no table either; what needs one is told when it is made.
  if (UNSUPPORTED.test(stderr)) return undefined;
  throw new NftError(`nft: ${firstLine(stderr)}`);
}

/** The whole firewall as far as nftables knows it; `undefined` when it cannot be read. */
export async function listRuleset(): Promise<FirewallObject[] | undefined> {
  const ended = await run('nft', ['-j', 'list', 'ruleset']);
  if (ended?.code === 0) return objectsOf(ended.stdout);
  return ended && UNSUPPORTED.test(ended.stderr) ? [] : undefined;
}

async function nft(words: readonly string[], input?: string): Promise<Ended> {
  const ended = await run('nft', words, input);
  if (!ended) throw new NftError('FULLNAT needs the program nft; install package nftables');
  return ended;
}

let version: Promise<Ended> | undefined;

/** Asked before anything is read or changed: what an older one makes of our text is not known. */
async function requireVersion(): Promise<void> {
  version ??= nft(['--version']);
  const { stdout } = await version;
  const found =
    /v(\d+)\.(\d+)(?:\.(\d+))?/
      .exec(stdout)
      ?.slice(1)
      .map((part = '0') => Number(part)) ?? [];
  const [at] = OLDEST.map((part, index) => (found[index] ?? 0) - part).filter(
    (difference) => difference !== 0,
  );
  if (at === undefined || at > 0) return;
  throw new NftError(
    `nft is ${found.join('.') || 'of an unknown version'}; FULLNAT needs ${OLDEST.join('.')} or later: install a newer package nftables`,
  );
}

function objectsOf(text: string): FirewallObject[] {
  return (JSON.parse(text) as { nftables: FirewallObject[] }).nftables;
}

/** `/dev/stdin:3:1-20: Error: Could not process rule: Operation not permitted` → what follows the place. */
function firstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '') ?? 'it failed without a word';
  return line.replace(/^.*?Error: /, '').replace(/ \(you must be root\)/, '');
}
