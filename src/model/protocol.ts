/**
 * Transport protocol of a virtual service. The kernel's own tools create the first three; a service of any other IP
 * protocol, made by a foreign program, is shown as `protocol-N` and never crashes a listing.
 */
export type Protocol = 'tcp' | 'udp' | 'sctp' | `protocol-${number}`;
