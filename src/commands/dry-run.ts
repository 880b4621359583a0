import type { Command } from 'commander';
import { UsageError } from '../syntax/usage-error.ts';

/** What commander reads of the two. */
export interface DryRunValues {
  readonly dryRun?: boolean;
  readonly exitCode?: boolean;
}

export function addDryRun(command: Command, about = 'show what would be done, and do nothing'): Command {
  return command
    .option('--dry-run', about)
    .option('--exit-code', 'with --dry-run: exit with 3 when there is something to do');
}

/** Throws a UsageError for `--exit-code` where something is done. */
export function refuseExitCodeAlone({ dryRun, exitCode }: DryRunValues): void {
  if (exitCode && !dryRun) throw new UsageError('--exit-code goes with --dry-run');
}
