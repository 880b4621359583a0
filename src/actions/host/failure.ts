import { NftError } from '../../host/nft.ts';
import { NetlinkError } from '../../netlink/errors.ts';
import { SettingFailure } from '../../settings/kind.ts';

/** A failure of this host, in one line: what was tried, why it failed, and how it was left. */
export class HostFailure extends Error {
  override readonly name = 'HostFailure';
}

/** Whether the host, and not a defect of ours, is the reason of an error. */
export function isOfHost(error: unknown): error is Error {
  if (error instanceof HostFailure || error instanceof SettingFailure) return true;
  if (error instanceof NetlinkError || error instanceof NftError) return true;
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

/** The error as a HostFailure, with what was tried in front. What is a defect of ours is thrown as it is. */
export function hostFailure(error: unknown, what: string, after = ''): HostFailure {
  if (!isOfHost(error)) throw error;
  return new HostFailure(`${what}: ${error.message}${after}`, { cause: error });
}
