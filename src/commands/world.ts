import type { Machine } from '../host/machine.ts';

export interface Output {
  write(text: string): unknown;
}

/** What a subcommand touches besides the host's network. The process's own streams will do. */
export interface CommandWorld {
  readonly stdout: Output & { readonly isTTY?: boolean };
  readonly stderr: Output;
  /** Another host to work on, for tests; otherwise this one. */
  readonly openMachine?: () => Machine;
}
