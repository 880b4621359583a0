import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressBytes,
  familyOf,
  formatAddress,
  parseAddress,
  parseAddressBytes,
} from '../../../src/model/address.ts';

fc.configureGlobal({ seed: 20_240_229 });

describe('formatAddress', () => {
  // From `inet_ntop` of the GNU C library 2.36.
  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'],
    ['20010db8000100000000000100000000', '2001:db8:1::1:0:0'],
    ['00010000000200000003000000040000', '1:0:2:0:3:0:4:0'],
    ['00000000000000000000ffff0a000001', '::ffff:10.0.0.1'],
    ['0000000000000000000000000a000001', '::10.0.0.1'],
    ['00000000000000000000000000010000', '::0.1.0.0'],
    ['0000000000000000000000010a000001', '::1:a00:1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['0a000001', '10.0.0.1'],
    ['ffffffff', '255.255.255.255'],
  ])('spells %s as %s', (hex, text) => {
    expect(formatAddress(Buffer.from(hex, 'hex'))).toBe(text);
  });
});

describe('parseAddress', () => {
  it.each([
    '',
    '1',
    '10.1',
    '10.0.0.01',
    '10.0.0.256',
    '10.0.0.1 ',
    ' 10.0.0.1',
    '1.2.3.4.5',
    '0x0a.0.0.1',
    '1..2.3',
  ])('refuses %j as IPv4', (text) => expect(parseAddress(text)).toBeUndefined());

  it.each([
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1%lo',
    '[::1]',
    '::1.2.3',
    '1.2.3.4::',
    '::1 ',
    '1:2:3:4:5:6:7:8::',
    ':1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:',
  ])('refuses %j as IPv6', (text) => expect(parseAddress(text)).toBeUndefined());

  it('gives one spelling to all spellings of an address', () => {
    expect(parseAddress('2001:DB8:0:0::0:1')).toBe('2001:db8::1');
    expect(parseAddress('::FFFF:10.0.0.1')).toBe('::ffff:10.0.0.1');
    expect(parseAddress('1:2:3:4:5:6:7::')).toBe('1:2:3:4:5:6:7:0');
  });

  it('takes back what formatAddress gives', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      // Many zeros, where the spelling is interesting.
      fc
        .array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 })
        .map((a) => Uint8Array.from(a)),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = formatAddress(bytes);
        expect(addressBytes(text)).toEqual(bytes);
        expect(familyOf(text)).toBe(bytes.length === 4 ? 'inet' : 'inet6');
      }),
      { numRuns: 2000 },
    );
  });

  it('agrees with Node about what is an address, zones aside', () => {
    const text = fc.oneof(
      fc.stringMatching(/^[0-9a-f:.]{0,20}$/),
      fc.ipV4(),
      fc.ipV6(),
      fc
        .tuple(fc.ipV6(), fc.nat(40), fc.constantFrom(':', '.', '0', 'f', ''))
        .map(([a, at, c]) => a.slice(0, at) + c + a.slice(at + 1)),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const bytes = parseAddressBytes(candidate);
        expect(bytes?.length ?? 0).toBe(isIPv4(candidate) ? 4 : isIPv6(candidate) ? 16 : 0);
        expect(bytes === undefined).toBe(isIP(candidate) === 0);
      }),
      { numRuns: 5000 },
    );
  });
});
