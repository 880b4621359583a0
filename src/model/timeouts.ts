/** The longest timeout: the kernel keeps it in a signed 32-bit number. */
export const MAX_TIMEOUT = 2 ** 31 - 1;

/** How long an idle connection is remembered, in seconds. */
export interface Timeouts {
  /** An established TCP connection. */
  readonly tcp: number;
  /** A TCP connection after a FIN. */
  readonly tcpFin: number;
  /** A UDP "connection". */
  readonly udp: number;
}
