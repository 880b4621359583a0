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
  /** `doctor`: there is an error. */
  faulty: 4,
  /** `diff`: the table is not as the document says. A command line that cannot be read is `failed` there. */
  differs: 2,
  /** `drain`: the time is up, and connections are left. `apply`: removed destinations are left with connections. `fullnat disable`: the same. */
  unfinished: 5,
  /** `fullnat status`: prepared, but with a warning: it fills, or something is in the way. `doctor`: there is a warning, and no error. */
  warned: 6,
  /** `explain`: no service takes the packet, no destination may get it, or one that may cannot be reached. */
  noWay: 7,
  /** Ended by a signal from the terminal. */
  interrupted: 130,
} as const;
