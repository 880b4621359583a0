import { HostFailure } from '../actions/host/failure.ts';
import { JournalError } from '../actions/host/journal.ts';
import { TableFailure } from '../actions/table/destination.ts';
import { OutsideRoot } from '../host/inside-root.ts';
import { UnknownNamespace } from '../host/journal-file.ts';
import { NftError } from '../host/nft.ts';
import { PersistRefusal } from '../host/persistence.ts';
import { UntrustedFile } from '../host/trusted.ts';
import { IpvsError } from '../ipvs/errors.ts';
import { NetlinkError } from '../netlink/errors.ts';
import { PlanRefusal } from '../plan/refusal.ts';
import type { World } from '../process/world.ts';
import { UsageError } from '../syntax/usage-error.ts';
import { EXIT } from './exit-codes.ts';

/** A failure of this host, told in one line. */
export class MachineFailure extends Error {
  override readonly name = 'MachineFailure';
}

/** Says in one line what went wrong, and picks the exit code. What is not a failure we know of is thrown on. */
export function tellFailure(
  world: World,
  command: string,
  error: unknown,
  usage: number = EXIT.usage,
): number {
  if (!isExpected(error)) throw error;
  world.stderr.write(`lvsadm ${command}: ${error.message}\n`);
  return error instanceof UsageError ? usage : EXIT.failed;
}

function isExpected(error: unknown): error is Error {
  if (
    error instanceof UsageError ||
    error instanceof PlanRefusal ||
    error instanceof TableFailure ||
    error instanceof MachineFailure
  )
    return true;
  if (error instanceof HostFailure || error instanceof JournalError) return true;
  if (
    error instanceof UntrustedFile ||
    error instanceof UnknownNamespace ||
    error instanceof PersistRefusal ||
    error instanceof OutsideRoot
  )
    return true;
  if (error instanceof NetlinkError || error instanceof IpvsError || error instanceof NftError) return true;
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
