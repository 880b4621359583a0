/** Is shown every datagram, as it goes and as it comes. The bytes are good until it returns. */
export type Trace = (direction: 'sent' | 'received', datagram: Buffer) => void;
