import type { Host } from '../host/host.ts';
import type { Address } from '../model/address.ts';
import type { Network } from '../model/network.ts';
import type { Need, Setting } from '../model/setting.ts';

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
  /** Addresses that must be nobody else's, and are to be made known, when they are added. */
  claims?(network: Network): Claim[];
  /** What only a look at this host tells the operator, besides `advice`. May throw a PlanRefusal. */
  inspect?(machine: Host): Promise<string[]>;
}

export interface Claim {
  readonly device: string;
  readonly address: Address;
}

/** For a role with live connections, which end by themselves before what they need is undone. */
export interface Drain {
  /** Whether a setting lets new connections in: those are undone first. */
  isSwitch(setting: Setting): boolean;
  /** How many live connections of the target that these words ask for need a setting, or (none given) any of it. */
  countLive(machine: Host, words: readonly string[], setting?: Setting): Promise<number>;
}

/** One of the subcommands that prepare this host. */
export interface Role {
  readonly name: 'realserver' | 'director' | 'fullnat';
  /** With it, `up` with other words changes what is up, and `down` waits for connections; without, neither. */
  readonly drain?: Drain;
  /** The targets that the words of `up` ask for. Throws a UsageError. */
  targets(words: readonly string[]): Target[];
}

/** Options that all roles have. */
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
  /** Do not wait for live connections to end. */
  readonly now: boolean;
  /** Seconds to wait for them. */
  readonly wait: number;
}

/** A command line that cannot be read: one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
