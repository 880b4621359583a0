/** What a subcommand ends with. */
export const EXIT = {
  /** Done, or nothing to do; `status`: prepared. */
  ok: 0,
  /** It could not be done; this host is as it was, unless the message says otherwise. */
  failed: 1,
  /** A command line that cannot be read. */
  usage: 2,
  /** `--dry-run --exit-code`: there is something to do. */
  wouldChange: 3,
  /** `status`: not prepared, or not as it was prepared. */
  notPrepared: 4,
} as const;
