import type { Facts } from '../../model/facts.ts';
import type { Finding } from '../../model/finding.ts';

/** What a rule finds; its own name is put to it by `examine`. */
export type Observation = Omit<Finding, 'rule'>;

/** One thing that may be wrong with a host. */
export interface Rule {
  /** In kebab-case; a part of the interface. */
  readonly name: string;
  /** What it looks for, in a few words. */
  readonly about: string;
  readonly find: (facts: Facts) => readonly Observation[];
}
