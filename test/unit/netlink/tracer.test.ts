import { describe, expect, it } from 'vitest';
import { newTrace } from '../../../src/ipvs/trace.ts';

// Bytes as the kernel and we write them: struct nlmsghdr, struct genlmsghdr, attributes. Times are few, numbers small.

function traced(protocol: number, ...datagrams: readonly (readonly ['sent' | 'received', string])[]): string {
  let text = '';
  const trace = newTrace((piece) => {
    text += piece;
  });
  for (const [direction, bytes] of datagrams)
    trace(protocol, direction, Buffer.from(bytes.replace(/\s/g, ''), 'hex'));
  return text;
}

/** The controller's answer that IPVS is family 0x1d. */
const FAMILY =
  '28000000 1000 0000 01000000 00000000 01020000 0600 0100 1d00 0000 0900 0200 4950565300 000000';

describe('a trace', () => {
  it('names families, commands and attributes, and shows their values', () => {
    const service = [
      // IPVS_CMD_ATTR_SERVICE: af 2, protocol 6, address 10.0.0.1, port 80, scheduler wlc.
      '38000180',
      '0600010002000000',
      '0600020006000000',
      '14000300 0a000001 00000000 00000000 00000000',
      '0600040000500000',
      '08000600776c6300',
    ].join('');
    const add = `4c000000 1d00 0100 07000000 00000000 01010000 ${service}`;
    const fence = '10000000 0100 0500 08000000 00000000';
    const refused = `24000000 0200 0001 07000000 00000000 efffffff ${'4c0000001d0001000700000000000000'}`;
    expect(traced(16, ['received', FAMILY], ['sent', add + fence], ['received', refused])).toBe(
      [
        '< netlink protocol 16, 40 bytes',
        '  controller seq 1 header 01020000',
        '    id 29',
        '    name "IPVS"',
        '> netlink protocol 16, 92 bytes',
        '  IPVS NEW_SERVICE seq 7 REQUEST header 01010000',
        '    service',
        '      family 2',
        '      protocol 6',
        '      address 0a000001000000000000000000000000',
        '      port 80',
        '      scheduler "wlc"',
        '  NLMSG_NOOP seq 8 REQUEST|ACK',
        '< netlink protocol 16, 36 bytes',
        '  NLMSG_ERROR seq 7 EEXIST',
        '',
      ].join('\n'),
    );
  });

  it('shows what nobody knows as bytes, and long values cut', () => {
    // A family whose number nobody asked for, attribute 9 with 40 bytes.
    const strange = `40000000 2000 0200 03000000 00000000 05010000 2c000900 ${'ab'.repeat(40)}`;
    expect(traced(16, ['received', strange])).toBe(
      [
        '< netlink protocol 16, 64 bytes',
        '  family 32 command 5 seq 3 MULTI header 05010000',
        `    attribute 9 ${'ab'.repeat(32)}… (40 bytes)`,
        '',
      ].join('\n'),
    );
  });

  it('names what is asked of rtnetlink', () => {
    // RTM_DELADDR of 10.0.0.1/32 on device 7.
    const message = '20000000 1500 0500 09000000 00000000 02200000 07000000 08000200 0a000001';
    expect(traced(0, ['sent', message])).toBe(
      [
        '> netlink protocol 0, 32 bytes',
        '  RTM_DELADDR seq 9 REQUEST|ACK header 0220000007000000',
        '    local 0a000001',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['a message that is cut', '40000000 2000 0200', 'a netlink message of 8 bytes where 8 are left'],
    [
      'an attribute beyond its message',
      '18000000 2000 0200 03000000 00000000 05010000 ff000900',
      'an attribute of 255 bytes',
    ],
    [
      'an acknowledgement without a number',
      '10000000 0200 0000 03000000 00000000',
      'without an error number',
    ],
  ])('says that %s cannot be read', (_, bytes, reason) => {
    expect(traced(16, ['received', bytes])).toContain(`cannot be read: `);
    expect(traced(16, ['received', bytes])).toContain(reason);
  });
});
