import { describe, expect, it } from 'vitest';
import { decodeAttributes } from '../../../src/netlink/attributes.ts';
import {
  decodeEntry,
  decodeLosses,
  dumpEntries,
  readLosses,
} from '../../../src/netlink/families/conntrack.ts';
import { decodeFouPort } from '../../../src/netlink/families/fou.ts';
import {
  attributesStart,
  CONTROLLER,
  encodeGenericHeader,
  resolveFamily,
} from '../../../src/netlink/families/generic.ts';
import { Writer } from '../../../src/netlink/writer.ts';
import captured from './captured/messages.json' with { type: 'json' };
import { bytes, messageOf, requestOf } from './recorder.ts';

const DUMP = 0x301;
const LOCALHOST = Uint8Array.of(127, 0, 0, 1);

describe('a tracked connection', () => {
  it('is read as the kernel told it', () => {
    const common = { mark: 0x4c8b42ce, replySource: LOCALHOST, replyDestination: LOCALHOST };
    // TCP_CONNTRACK_ESTABLISHED is 3.
    expect(captured.conntrack.map((hex) => decodeEntry(messageOf(hex)))).toEqual([
      { ...common, protocol: 6, replySourcePort: 7778, replyDestinationPort: 0x15b4, tcpState: 3 },
      { ...common, protocol: 17, replySourcePort: 7777, replyDestinationPort: 0x15b3, tcpState: undefined },
    ]);
  });

  it('is asked for by its mark, in network byte order', async () => {
    // struct nfgenmsg; CTA_MARK, CTA_MARK_MASK.
    expect(await requestOf((connection) => dumpEntries(connection, 0x4c8b42ce, 0xffffffff))).toEqual({
      type: 0x101,
      flags: DUMP,
      payload: bytes('00000000', '0800 0800 4c8b42ce', '0800 1500 ffffffff'),
    });
  });

  it('that could not be entered is counted', async () => {
    expect(captured.conntrackStatistics.map((hex) => decodeLosses(messageOf(hex)))).toEqual([
      { insertFailures: 0, drops: 0 },
    ]);
    // CTA_STATS_INSERT_FAILED is 9, CTA_STATS_DROP is 10.
    const seven =
      '24000000 0401 0200 01000000 00000000 00000000 0800 0900 00000007 0800 0a00 00000002'.replaceAll(
        ' ',
        '',
      );
    expect(decodeLosses(messageOf(seven))).toEqual({ insertFailures: 7, drops: 2 });
    expect(await requestOf(readLosses)).toEqual({ type: 0x104, flags: DUMP, payload: '00000000' });
  });

  it('without its header is malformed', () => {
    expect(() => decodeEntry(messageOf('12000000000102000100000000000000ffff'))).toThrow(
      'without its header',
    );
  });
});

describe('a port for GUE', () => {
  it('is read as the kernel told it', () => {
    // FOU_ENCAP_GUE is 2.
    expect(captured.fou.map((hex) => decodeFouPort(messageOf(hex)))).toEqual([
      { family: 2, port: 6080, encapsulation: 2 },
    ]);
  });
});

describe('a family of generic netlink', () => {
  it('is read as the kernel told it', () => {
    const message = messageOf(captured.families[0]!);
    expect(decodeAttributes(CONTROLLER, message.bytes, attributesStart(message), message.end)).toEqual({
      id: 0x14,
      name: 'IPVS',
    });
  });

  it('is asked for by its name', async () => {
    // CTRL_CMD_GETFAMILY 3, version 1; CTRL_ATTR_FAMILY_NAME.
    expect(await requestOf((connection) => resolveFamily(connection, 'IPVS'))).toEqual({
      type: 16,
      flags: 1,
      payload: bytes('03 01 0000', '0900 0200 4950565300 000000'),
    });
  });

  it('has a header of command, version and nothing', () => {
    const writer = new Writer();
    encodeGenericHeader(writer, 7, 1);
    expect(writer.view().toString('hex')).toBe('07010000');
    expect(() => attributesStart(messageOf('12000000000102000100000000000000ffff'))).toThrow(
      'without its header',
    );
  });
});
