/** The transport protocols that IPVS balances, and its tools offer. */
export const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

/**
 * Transport protocol of a virtual service. The kernel's own tools create the first three; a service of any other IP
 * protocol, made by a foreign program, is shown as `protocol-N` and never crashes a listing.
 */
export type Protocol = (typeof PROTOCOLS)[number] | `protocol-${number}`;
