/**
 * What the kernel has counted for a service or a destination, and its estimate of the present rates. The kernel
 * refreshes the numbers every two seconds, so they lag.
 */
export interface Counters {
  /** Connections scheduled. */
  readonly connections: bigint;
  readonly incomingPackets: bigint;
  readonly outgoingPackets: bigint;
  readonly incomingBytes: bigint;
  readonly outgoingBytes: bigint;
  /** Connections per second. */
  readonly connectionRate: bigint;
  /** Packets per second. */
  readonly incomingPacketRate: bigint;
  readonly outgoingPacketRate: bigint;
  /** Bytes per second. */
  readonly incomingByteRate: bigint;
  readonly outgoingByteRate: bigint;
  /**
   * How wide the kernel reported them. Kernels before 4.1 report 32 bits (byte counts 64), so that connections and
   * packets wrap around at 2³².
   */
  readonly width: 32 | 64;
}

/** Nothing counted yet, or nothing asked for. */
export const NO_COUNTERS: Counters = {
  connections: 0n,
  incomingPackets: 0n,
  outgoingPackets: 0n,
  incomingBytes: 0n,
  outgoingBytes: 0n,
  connectionRate: 0n,
  incomingPacketRate: 0n,
  outgoingPacketRate: 0n,
  incomingByteRate: 0n,
  outgoingByteRate: 0n,
  width: 64,
};
