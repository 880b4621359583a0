import type { RefusalCause } from '../syntax/ipvsadm/refusal.ts';

/** What the process ends with; all but `internal` are ipvsadm's. */
export const EXIT = {
  ok: 0,
  /** A listing that could not be read. */
  unreadable: 1,
  /** A line that says something wrong, or a kernel without IPVS. */
  refused: 2,
  /** A defect of this program. */
  internal: 70,
  /** A line that cannot be read, or a change that the kernel refused. */
  failed: 255,
} as const;

export function refusalExitCode(cause: RefusalCause): number {
  switch (cause) {
    case 'value':
      return EXIT.refused;
    case 'usage':
    case 'option':
      return EXIT.failed;
  }
}
