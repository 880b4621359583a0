import { type Address, addressBytes, familyOf } from './address.ts';

/** What `toa-director` counts, in the order of its map `toa_sent` (`enum counter` of its source). */
export const TOA_SENT = [
  'markedSyn',
  'markedAck',
  'noRoom',
  'failed',
  'neutralised',
  'withData',
  'refused',
] as const;

/** What `toa-realserver` counts, in the order of its map `toa_got`. */
export const TOA_GOT = [
  'listening',
  'fromAck',
  'fromSyn',
  'none',
  'untrusted',
  'failed',
  'answered',
] as const;

/**
 * `struct service` of bpf/toa-director.bpf.c: the address, the port in network byte order, two bytes of nothing.
 * Port 0 stands for the address itself: it has such services.
 */
export function encodeToaService(address: Address, port: number): Uint8Array {
  return Uint8Array.of(...encodeMapped(address), port >> 8, port & 0xff, 0, 0);
}

/** `struct prefix` of bpf/toa-realserver.bpf.c: the length (u32 of the host, 96 more for IPv4), the address. */
export function encodeToaPrefix(address: Address, bits: number): Uint8Array {
  const length = familyOf(address) === 'inet' ? 96 + bits : bits;
  return Uint8Array.of(...encodeToaKind(length), ...encodeMapped(address));
}

/** A u32 of the host, which is little endian. */
export function encodeToaKind(kind: number): Uint8Array {
  return Uint8Array.of(kind, 0, 0, 0);
}

/** 16 bytes: an IPv4 address is `::ffff:a.b.c.d`, so that a key is of one shape. */
function encodeMapped(address: Address): readonly number[] {
  const bytes = [...addressBytes(address)];
  return bytes.length === 16 ? bytes : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...bytes];
}
