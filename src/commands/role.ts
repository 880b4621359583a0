import type { Address } from '../model/address.ts';
import type { Network } from '../model/network.ts';
import type { Need } from '../model/setting.ts';

/** What a host is to be to one VIP (or one director): the unit of `up`, `down` and `status`. */
export interface Target {
  /** Under this name the journal keeps it, such as `realserver 10.0.0.100`. */
  readonly owner: string;
  /** The words that ask for just this, after `up`. */
  readonly words: readonly string[];
  /** What the host needs. Throws a PlanRefusal. */
  plan(network: Network): Need[];
  /** What a host that is only a folder yet will need, as far as that can be told. */
  planImage(): Need[];
  /** What the operator should know besides; one sentence each. */
  advice(network: Network): string[];
  /** An address that must be nobody else's, and is to be made known, when it is added. */
  readonly claim?: { readonly device: string; readonly address: Address };
}

/** One of the two subcommands that prepare this host. */
export interface Role {
  readonly name: 'realserver' | 'director';
  /** The targets that the words of `up` ask for. Throws a UsageError. */
  targets(words: readonly string[]): Target[];
}

/** Options that both roles have. */
export interface CommonOptions {
  readonly dryRun: boolean;
  readonly exitCode: boolean;
  readonly json: boolean;
  readonly persist: boolean;
  /** A folder that is to become a host's root: files only, this host is not touched. */
  readonly root: string | undefined;
  readonly stateDir: string | undefined;
  /** Take an address although another host answers for it. */
  readonly takeOver: boolean;
}

/** A command line that cannot be read: one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
