/** The worst first. */
export const SEVERITIES = ['error', 'warning', 'hint'] as const;

/**
 * - `error`: traffic is lost, or goes another way than the table says.
 * - `warning`: it works now, or for some clients, and will not always.
 * - `hint`: it works; something is worth knowing.
 */
export type Severity = (typeof SEVERITIES)[number];

/** Something that a rule found. */
export interface Finding {
  /** The rule's name, which stays the same over versions. */
  readonly rule: string;
  readonly severity: Severity;
  /** What it is about: a service, a destination of one, a device, a setting. */
  readonly subject: string;
  /** What was seen. */
  readonly seen: string;
  /** Why that matters, in one sentence. */
  readonly why: string;
  /** Commands that fix it, all of them, one after the other on this host; empty where none here does. */
  readonly fix: readonly string[];
  /** What else there is to do, or to know before; on another host, say. */
  readonly advice?: string;
}
