import type { Machine } from '../host/machine.ts';
import type { Kernel } from '../ipvsadm/world.ts';

export interface Output {
  write(text: string): unknown;
}

/** What a subcommand touches besides the host's network. The process's own streams will do. */
export interface CommandWorld {
  readonly stdout: Output & { readonly isTTY?: boolean; readonly columns?: number | undefined };
  readonly stderr: Output & { readonly isTTY?: boolean };
  /** What `-` as a file's name stands for; otherwise the process's own. */
  readonly stdin?: AsyncIterable<string | Uint8Array>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The text of /proc/net/ip_vs_conn. */
  readonly readConnections?: () => Promise<string>;
  /** Another way to IPVS, for tests. */
  readonly openKernel?: () => Promise<Kernel>;
  /** Another host to work on, for tests; otherwise this one. */
  readonly openMachine?: () => Machine;
}
