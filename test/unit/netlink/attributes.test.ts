import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeAttributes,
  encodeAttributes,
  layout,
  someOf,
  without,
} from '../../../src/netlink/attributes.ts';
import { binary, nested, string, u8, u16, u16be, u32, u64 } from '../../../src/netlink/codecs.ts';
import { NetlinkError } from '../../../src/netlink/errors.ts';
import { Writer } from '../../../src/netlink/writer.ts';

fc.configureGlobal({ seed: 20_240_229 });

const INNER = layout({ word: { type: 1, codec: u32 }, text: { type: 2, codec: string } });
const OUTER = layout({
  byte: { type: 1, codec: u8 },
  short: { type: 2, codec: u16 },
  port: { type: 3, codec: u16be },
  word: { type: 4, codec: u32 },
  wide: { type: 5, codec: u64 },
  text: { type: 6, codec: string },
  bytes: { type: 7, codec: binary(5) },
  inner: { type: 8, codec: nested(INNER) },
});

function encode(values: Parameters<typeof encodeAttributes<typeof OUTER.attributes>>[2]): Buffer {
  const writer = new Writer(1);
  encodeAttributes(writer, OUTER, values);
  return Buffer.from(writer.view());
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((s) => !s.includes('\0'));
const word = fc.integer({ min: 0, max: 0xffffffff });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

describe('attributes', () => {
  it('come back as they went', () => {
    const values = fc.record({
      byte: maybe(fc.integer({ min: 0, max: 255 })),
      short: maybe(fc.integer({ min: 0, max: 65_535 })),
      port: maybe(fc.integer({ min: 0, max: 65_535 })),
      word: maybe(word),
      wide: maybe(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      text: maybe(text),
      bytes: maybe(fc.uint8Array({ minLength: 5, maxLength: 5 })),
      inner: maybe(fc.record({ word: maybe(word), text: maybe(text) })),
    });
    fc.assert(
      fc.property(values, (given) => {
        const bytes = encode(given);
        expect(bytes.length % 4).toBe(0);
        expect(decodeAttributes(OUTER, bytes, 0, bytes.length)).toEqual(given);
      }),
    );
  });

  it('lie on the wire as the kernel wants them', () => {
    // struct nlattr: length with header, type with the nested flag; padded to four; ports in network order.
    expect(encode({ byte: 7, port: 80, text: 'wlc', inner: { word: 1 } }).toString('hex')).toBe(
      [
        '05000100',
        '07000000',
        '06000300',
        '00500000',
        '08000600',
        '776c6300',
        '0c000880',
        '08000100',
        '01000000',
      ].join(''),
    );
  });

  it('never make the reader crash, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeAttributes(OUTER, Buffer.from(bytes), 0, bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(NetlinkError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  /** Values, and the unknown attributes among them as `TYPE HEX`. */
  function read<A extends Parameters<typeof layout>[0]>(given: ReturnType<typeof layout<A>>, bytes: Buffer) {
    const unknown: string[] = [];
    const values = decodeAttributes(given, bytes, 0, bytes.length, (type, payload) =>
      unknown.push(`${type} ${payload.toString('hex')}`),
    );
    return { values, unknown };
  }

  it('that the layout does not have are noticed with their bytes, at every depth', () => {
    // Type 9 with four bytes; in the nested one, type 77 with one byte.
    const hex = ['080009000a000001', '05000100', '07000000', '0c000880', '05004d00', 'ff000000'];
    const { values, unknown } = read(OUTER, Buffer.from(hex.join(''), 'hex'));
    expect(values).toEqual({ byte: 7, inner: {} });
    expect(unknown).toEqual(['9 0a000001', '77 ff']);
  });

  it('are passed over where only some are of interest', () => {
    const bytes = Buffer.from('080009000a0000010500010007000000', 'hex');
    expect(read(someOf({ byte: { type: 1, codec: u8 } }), bytes)).toEqual({
      values: { byte: 7 },
      unknown: [],
    });
  });

  it('are passed over where they are known and not wanted', () => {
    const bytes = encode({ byte: 7, word: 1 });
    expect(read(without(OUTER, ['word']), bytes)).toEqual({ values: { byte: 7 }, unknown: [] });
  });

  it('that are too short for their type are malformed', () => {
    const bytes = Buffer.from('06000400ffff0000', 'hex');
    expect(() => decodeAttributes(OUTER, bytes, 0, bytes.length)).toThrow(
      'attribute 4 has 2 bytes instead of 4',
    );
  });
});
