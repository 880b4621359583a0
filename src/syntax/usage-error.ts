/** A command line that cannot be read: one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
