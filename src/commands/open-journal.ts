import { Journal, JournalError } from '../host/journal.ts';
import { MachineFailure } from './failure.ts';

/** The journal of this host, or of another folder. Rejects with a MachineFailure when it makes no sense. */
export async function openJournal(folder: string | undefined): Promise<Journal> {
  try {
    return await Journal.open(folder);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new MachineFailure(error.message, { cause: error });
  }
}
