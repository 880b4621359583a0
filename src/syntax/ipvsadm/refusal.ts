/**
 * Why a command line is not carried out; each has its exit code, and its meaning inside a restored file.
 * - `usage`: it does not begin with a command. Ends a restore.
 * - `option`: an option is unknown, or has a value too much or too few. A restore goes on with the next line.
 * - `value`: it can be read, but what it says is wrong. Ends a restore.
 */
export type RefusalCause = 'usage' | 'option' | 'value';

export interface Refusal {
  readonly kind: 'refusal';
  readonly cause: RefusalCause;
  /** Exactly what goes to standard error, line end included. */
  readonly text: string;
}

/** A host name must be looked up before the line can be read to its end. */
export interface HostNeeded {
  readonly kind: 'host-needed';
  readonly name: string;
}

/** Thrown where reading a line stops early, and caught in `parse` only. Not an Error: it needs no stack trace. */
export class Stop {
  readonly reason: Refusal | HostNeeded;

  constructor(reason: Refusal | HostNeeded) {
    this.reason = reason;
  }
}

export function refuse(message: string): Stop {
  return new Stop({ kind: 'refusal', cause: 'value', text: `${message}\n` });
}

export function refuseOption(word: string, message: string): Stop {
  return new Stop({ kind: 'refusal', cause: 'option', text: `${word}: ${message}\n` });
}

export function usageRefusal(programName: string): Refusal {
  const text = `Try \`${programName} -h' or '${programName} --help' for more information.\n`;
  return { kind: 'refusal', cause: 'usage', text };
}

export function needHost(name: string): Stop {
  return new Stop({ kind: 'host-needed', name });
}
