import type { Address } from './address.ts';

export const DAEMON_ROLES = ['master', 'backup'] as const;

/** Limits of a daemon's numbers and of its interface's name, in bytes. */
export const MAX_SYNC_ID = 255;
export const MAX_SYNC_LENGTH = 65_535;
export const MAX_TTL = 255;
export const MAX_INTERFACE_NAME = 15;

/** Which side of connection synchronisation a daemon is. */
export type DaemonRole = (typeof DAEMON_ROLES)[number];

/** A connection synchronisation daemon as one wants it. What is left out is chosen by the kernel. */
export interface Daemon {
  readonly role: DaemonRole;
  /** Network interface that the multicast goes through, at most 15 bytes. */
  readonly interface: string;
  /** 0 … 255; a backup with 0 takes every master's messages. Default 0. */
  readonly syncId?: number;
  /** Longest message in bytes. Default: what the interface's MTU has room for. */
  readonly maxLength?: number;
  /** Multicast group. Default 224.0.0.81. */
  readonly group?: Address;
  /** UDP port. Default 8848. */
  readonly port?: number;
  /** Multicast time to live. Default 1. */
  readonly ttl?: number;
}

/** A running daemon as the kernel reports it; kernels before 4.3 do not report the optional fields. */
export type DaemonStatus = Daemon & { readonly syncId: number };
