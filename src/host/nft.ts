import type { FirewallObject } from '../model/facts.ts';
import { knownByName } from '../model/known-by-name.ts';
import { type Ended, type Run, run } from './run.ts';

/** The oldest nft whose reading and writing of our table is tested: Debian 12's. */
const OLDEST = [1, 0, 6] as const;

/** What nft says of a kernel, or a namespace, without nftables. */
const UNSUPPORTED = /not supported|Protocol error/;

/** Why nft could not do it: one line, with what to install where that is it. */
export class NftError extends Error {
  override readonly name = 'NftError';
  static override readonly [Symbol.hasInstance] = knownByName('NftError');
}

/** The program nft, whose version is asked for before anything is read or changed. */
export interface Nft {
  /** Carries out commands in nft's own language, all or none. (Its JSON is not read back by every version.) */
  apply(text: string): Promise<void>;
  /** All of a table of family inet, or `undefined` when there is none. */
  listTable(name: string): Promise<FirewallObject[] | undefined>;
}

/** Each method rejects with an NftError. `start` stands in for the program in tests. */
export function openNft(start: Run = run): Nft {
  let isNewEnough = false;
  const nft = async (words: readonly string[], input?: string): Promise<Ended> => {
    if (!isNewEnough) await requireVersion(start);
    isNewEnough = true;
    return runNft(start, words, input);
  };
  return {
    async apply(text) {
      const { code, stderr } = await nft(['-f', '-'], text);
      if (code !== 0) throw new NftError(`nft: ${firstLine(stderr)}`);
    },
    async listTable(name) {
      const { code, stdout, stderr } = await nft(['-j', 'list', 'table', 'inet', name]);
      if (code === 0) return objectsOf(stdout);
      if (stderr.includes('No such file or directory')) return undefined;
      // A kernel, or a namespace, without nftables has no table either; what needs one says so when it is made.
      if (UNSUPPORTED.test(stderr)) return undefined;
      throw new NftError(`nft: ${firstLine(stderr)}`);
    },
  };
}

/** The whole firewall as far as nftables knows it; `undefined` when it cannot be read. */
export async function listRuleset(): Promise<FirewallObject[] | undefined> {
  const ended = await run('nft', ['-j', 'list', 'ruleset']);
  if (ended?.code === 0) return objectsOf(ended.stdout);
  return ended && UNSUPPORTED.test(ended.stderr) ? [] : undefined;
}

async function runNft(start: Run, words: readonly string[], input?: string): Promise<Ended> {
  const ended = await start('nft', words, input);
  if (!ended) throw new NftError('FULLNAT needs the program nft; install package nftables');
  return ended;
}

/** What an older nft makes of our text is not known. */
async function requireVersion(start: Run): Promise<void> {
  const { stdout } = await runNft(start, ['--version']);
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
