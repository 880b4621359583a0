import { expect, it } from 'vitest';
import { encodeToaKind, encodeToaPrefix, encodeToaService } from '../../../src/model/toa.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// By the structures of bpf/*.bpf.c, byte for byte.
it('encodes a service: the address mapped to IPv6, the port as it is on the wire', () => {
  expect(hex(encodeToaService('10.1.0.100', 8080))).toBe('00000000000000000000ffff0a0100641f900000');
  expect(hex(encodeToaService('fd01::100', 80))).toBe('fd01000000000000000000000000010000500000');
});

it('encodes a prefix: 96 bits more for IPv4, which is mapped', () => {
  expect(hex(encodeToaPrefix('10.2.0.200', 30))).toBe('7e00000000000000000000000000ffff0a0200c8');
  expect(hex(encodeToaPrefix('0.0.0.0', 0))).toBe('6000000000000000000000000000ffff00000000');
  expect(hex(encodeToaPrefix('fd02::', 64))).toBe('40000000fd020000000000000000000000000000');
});

it('encodes the kind', () => expect(hex(encodeToaKind(254))).toBe('fe000000'));
