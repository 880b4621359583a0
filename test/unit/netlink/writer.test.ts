import { describe, expect, it } from 'vitest';
import { Writer } from '../../../src/netlink/writer.ts';

const written = (write: (writer: Writer) => void, capacity = 1) => {
  const writer = new Writer(capacity);
  write(writer);
  return writer.view().toString('hex');
};

describe('a writer', () => {
  it('writes numbers in the byte order of the machine, or of the network', () => {
    expect(written((writer) => writer.u8(0xab))).toBe('ab');
    expect(written((writer) => writer.u16(0x1234))).toBe('3412');
    expect(written((writer) => writer.u16be(0x1234))).toBe('1234');
    expect(written((writer) => writer.u32(0x12345678))).toBe('78563412');
    expect(written((writer) => writer.u32(-1 >>> 0))).toBe('ffffffff');
    expect(written((writer) => writer.u64(0x0123456789abcdefn))).toBe('efcdab8967452301');
  });

  it('writes text as UTF-8 with a NUL, and fills up to four bytes', () => {
    expect(written((writer) => writer.string('wlc'))).toBe('776c6300');
    expect(written((writer) => writer.string('é'))).toBe('c3a900');
    expect(written((writer) => [writer.u8(1), writer.align()])).toBe('01000000');
    expect(written((writer) => [writer.u32(1), writer.align()])).toBe('01000000');
  });

  it('grows and keeps what was written', () => {
    const text = written((writer) => {
      for (let value = 0; value < 1000; value++) writer.u16(value);
    });
    expect(text).toHaveLength(4000);
    expect(text.slice(0, 12)).toBe('000001000200');
    expect(text.slice(-4)).toBe('e703');
  });

  it('writes over what it wrote, and leaves nothing behind of what it forgot', () => {
    const writer = new Writer(8);
    writer.u32(0xffffffff);
    writer.u32(0xffffffff);
    writer.setU16(0, 0x0102);
    writer.setU32(4, 7);
    expect(writer.getU32(4)).toBe(7);
    expect(writer.view().toString('hex')).toBe('0201ffff07000000');
    writer.clear(4);
    writer.zeros(2);
    expect(writer.view().toString('hex')).toBe('0201ffff0000');
    writer.clear();
    writer.u8(1);
    writer.align();
    expect(writer.view().toString('hex')).toBe('01000000');
  });
});
