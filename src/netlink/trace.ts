/**
 * Is shown every datagram of a socket, as it goes and as it comes. `protocol` is the socket's. The bytes are good until it
 * returns.
 */
export type Trace = (protocol: number, direction: 'sent' | 'received', datagram: Buffer) => void;
