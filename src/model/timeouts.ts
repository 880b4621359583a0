/** How long an idle connection is remembered, in seconds. */
export interface Timeouts {
  /** An established TCP connection. */
  readonly tcp: number;
  /** A TCP connection after a FIN. */
  readonly tcpFin: number;
  /** A UDP "connection". */
  readonly udp: number;
}
