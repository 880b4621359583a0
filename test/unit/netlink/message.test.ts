import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAcknowledgement, encodeDone } from '../../../src/netlink/answers.ts';
import { NetlinkError } from '../../../src/netlink/errors.ts';
import { decodeErrno, decodeMessages, encodeMessage, stampMessages } from '../../../src/netlink/message.ts';
import { Writer } from '../../../src/netlink/writer.ts';
import { messageOf } from './recorder.ts';

describe('messages', () => {
  it('lie on the wire as the kernel wants them, one behind the other', () => {
    const writer = new Writer(1);
    encodeMessage(writer, 0x1d, 0x1, () => writer.bytes(Uint8Array.of(1, 2, 3, 4, 5)));
    encodeMessage(writer, 0x1, 0x5, () => {});
    stampMessages(writer, 0xffffffff);
    // struct nlmsghdr: length without padding, type, flags, sequence, port 0.
    expect(writer.view().toString('hex')).toBe(
      ['15000000 1d00 0100 ffffffff 00000000 0102030405 000000', '10000000 0100 0500 00000000 00000000']
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it('come back as they went', () => {
    const one = fc.record({
      type: fc.integer({ min: 0, max: 0xffff }),
      flags: fc.integer({ min: 0, max: 0xffff }),
      payload: fc.uint8Array({ maxLength: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(one, { maxLength: 5 }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (given, first) => {
          const writer = new Writer(1);
          for (const { type, flags, payload } of given)
            encodeMessage(writer, type, flags, () => writer.bytes(payload));
          stampMessages(writer, first);
          const found = decodeMessages(Buffer.from(writer.view()));
          expect(
            found.map(({ type, flags, sequence, bytes, start, end }) => ({
              type,
              flags,
              sequence,
              payload: [...bytes.subarray(start, end)],
            })),
          ).toEqual(
            given.map(({ type, flags, payload }, index) => ({
              type,
              flags,
              sequence: (first + index) % 2 ** 32,
              payload: [...payload],
            })),
          );
        },
      ),
    );
  });

  it('never make the reader crash, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (given) => {
        try {
          decodeMessages(Buffer.from(given))
            .filter(({ type }) => type === 2 || type === 3)
            .map(decodeErrno);
        } catch (error) {
          expect(error).toBeInstanceOf(NetlinkError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});

/** struct nlmsgerr with -3, and the header of the request. */
const ESRCH = '24000000020000010700000000000000fdffffff4c0000001d0001000700000000000000';

describe('the errno of an answer', () => {
  it('is read as the kernel told it', () => {
    // Captured: an acknowledgement of a request with NLM_F_CAPPED, and the end of a dump.
    expect(
      decodeErrno(messageOf('24000000020000011407c995240000000000000010000000010005001407c99500000000')),
    ).toBe(0);
    expect(decodeErrno(messageOf('14000000030002001207c9952400000000000000'))).toBe(0);
    expect(decodeErrno(messageOf(ESRCH))).toBe(3);
  });

  it('is what the scripted kernel says', () => {
    expect(decodeErrno(messageOf(encodeAcknowledgement(7, 17).toString('hex')))).toBe(17);
    expect(decodeErrno(messageOf(encodeDone(7, 2).toString('hex')))).toBe(2);
  });

  it('is none in the empty end of an old kernel’s dump, and missing in an empty acknowledgement', () => {
    expect(decodeErrno(messageOf('10000000030002000700000000000000'))).toBe(0);
    expect(() => decodeErrno(messageOf('10000000020000000700000000000000'))).toThrow(
      'without an error number',
    );
  });
});
