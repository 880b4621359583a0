import { CMD, CMD_ATTR, DEST_ATTR, STATS_ATTR, SVC_ATTR } from '../../src/ipvs/constants.ts';
import { decodeDestination } from '../../src/ipvs/destination-codec.ts';
import { COMMAND } from '../../src/ipvs/layout.ts';
import { decodeService } from '../../src/ipvs/service-codec.ts';
import { serviceFamily } from '../../src/model/service.ts';
import type { ServiceTable } from '../../src/model/table.ts';
import { decodeAttributes } from '../../src/netlink/attributes.ts';
import type { Dice } from '../compat/dice.ts';

// Tables by chance, as the kernel tells them, also with what no command line makes.

interface Row {
  readonly service: Buffer;
  readonly destinations: readonly Buffer[];
  /** The service's mark, or its port, which no other service has. */
  readonly key: number;
}

export type KernelTable = readonly Row[];

export function kernelTable(dice: Dice): KernelTable {
  return Array.from({ length: dice.below(9) }, (_, index) => {
    const key = 1 + index * 7 + dice.below(7) + (dice.below(3) === 0 ? 40_000 : 0);
    const isSix = dice.below(3) === 0;
    const service = attribute(CMD_ATTR.SERVICE, serviceAttributes(dice, key, isSix));
    const count = dice.below(6);
    const destinations = Array.from({ length: count }, () =>
      attribute(CMD_ATTR.DEST, destinationAttributes(dice, isSix)),
    );
    return { service, destinations, key };
  });
}

/** The file that `many-ipvsadm.c` reads. */
export function encodeTable(table: KernelTable): Buffer {
  const record = (command: number, key: number, bytes: Buffer) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(command, 0);
    head.writeUInt32LE(key, 4);
    head.writeUInt32LE(bytes.length, 8);
    return Buffer.concat([head, bytes]);
  };
  return Buffer.concat(
    table.flatMap(({ service, destinations, key }) => [
      record(CMD.NEW_SERVICE, key, service),
      ...destinations.map((each) => record(CMD.NEW_DEST, key, each)),
    ]),
  );
}

/** The same, as ours reads it. */
export function decodeTable(table: KernelTable): ServiceTable[] {
  return table.map(({ service, destinations }) => {
    const decode = (bytes: Buffer) => decodeAttributes(COMMAND, bytes, 0, bytes.length);
    const status = decodeService(decode(service).service!);
    const family = serviceFamily(status);
    return {
      ...status,
      destinations: destinations.map((each) => decodeDestination(decode(each).destination!, family)),
    };
  });
}

const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'dh', 'twos', 'a-name-of-15-by'];
const MASKS = ['ffffffff', 'ffffff00', '00000000', 'ff00ff00'];
const WIDE = [0, 1, 7, 999, 99_999_999, 100_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

function serviceAttributes(dice: Dice, key: number, isSix: boolean): Buffer {
  const scheduler = dice.one(SCHEDULERS);
  // The third flag of these two is among the differences.
  const flags = [1, 2, 4, 8, 16, ...(scheduler === 'sh' || scheduler === 'mh' ? [] : [32])];
  const on = flags.reduce((sum, flag) => sum + (dice.below(3) === 0 ? flag : 0), 0);
  const identity =
    dice.below(4) === 0
      ? [attribute(SVC_ATTR.FWMARK, u32(key))]
      : [
          attribute(SVC_ATTR.PROTOCOL, u16(dice.one([6, 17, 132]))),
          attribute(SVC_ATTR.ADDR, address(dice, isSix)),
          attribute(SVC_ATTR.PORT, u16be(key)),
        ];
  const engine = dice.below(4) === 0 ? [attribute(SVC_ATTR.PE_NAME, text('sip'))] : [];
  return Buffer.concat([
    attribute(SVC_ATTR.AF, u16(isSix ? 10 : 2)),
    ...identity,
    attribute(SVC_ATTR.SCHED_NAME, text(scheduler)),
    ...engine,
    attribute(SVC_ATTR.FLAGS, Buffer.concat([u32(on), u32(0xffffffff)])),
    attribute(SVC_ATTR.TIMEOUT, u32(dice.one([0, 1, 300, 360, 2_678_400, 2 ** 31 - 1]))),
    attribute(SVC_ATTR.NETMASK, isSix ? u32(dice.one([128, 64, 1])) : Buffer.from(dice.one(MASKS), 'hex')),
    attribute(SVC_ATTR.STATS64, counters(dice, 2n ** 64n - 1n)),
  ]);
}

function destinationAttributes(dice: Dice, isServiceSix: boolean): Buffer {
  const forwarding = dice.below(4);
  const isSix = dice.below(4) === 0 ? !isServiceSix : isServiceSix;
  const wide = () => u32(dice.one(WIDE));
  const kind = dice.below(3);
  return Buffer.concat([
    attribute(DEST_ATTR.ADDR, address(dice, isSix)),
    attribute(DEST_ATTR.PORT, u16be(dice.one([80, 443, 8080, 0, 65_535]))),
    attribute(DEST_ATTR.FWD_METHOD, u32(forwarding)),
    attribute(DEST_ATTR.WEIGHT, u32(dice.one([0, 1, 100, 2 ** 31 - 1]))),
    attribute(DEST_ATTR.TUN_TYPE, u8(kind)),
    attribute(DEST_ATTR.TUN_PORT, u16be(kind === 1 ? dice.one([1, 6080, 65_535]) : 0)),
    attribute(DEST_ATTR.TUN_FLAGS, u16(kind === 0 ? 0 : dice.below(kind === 1 ? 3 : 2))),
    attribute(DEST_ATTR.U_THRESH, wide()),
    attribute(DEST_ATTR.L_THRESH, wide()),
    attribute(DEST_ATTR.ACTIVE_CONNS, wide()),
    attribute(DEST_ATTR.INACT_CONNS, wide()),
    attribute(DEST_ATTR.PERSIST_CONNS, wide()),
    // ipvsadm cuts these to 32 bits, which is among the differences.
    attribute(DEST_ATTR.STATS64, counters(dice, 2n ** 32n - 1n)),
    attribute(DEST_ATTR.ADDR_FAMILY, u16(isSix ? 10 : 2)),
  ]);
}

function counters(dice: Dice, most: bigint): Buffer {
  const size = () => {
    const value = 10n ** BigInt(dice.below(20)) * BigInt(1 + dice.below(99)) - BigInt(dice.below(2));
    return u64(dice.below(4) === 0 ? 0n : value > most ? most : value);
  };
  return Buffer.concat(
    Object.values(STATS_ATTR)
      .filter((type) => type <= 10)
      .map((type) => attribute(type, size())),
  );
}

function address(dice: Dice, isSix: boolean): Buffer {
  const bytes = Buffer.alloc(16);
  const parts = isSix
    ? dice.one([
        '20010db800000000000000000000000',
        'fd0000000000000000000000000000',
        '0000000000000000000000000000000',
      ])
    : dice.one(['0a00000', 'c0a8000', '7f00000', 'e000000', 'ffffff0']);
  bytes.write(`${parts}${dice.below(16).toString(16)}`.padEnd(isSix ? 32 : 8, '1'), 'hex');
  return bytes;
}

const u8 = (value: number) => Buffer.from([value]);
const text = (value: string) => Buffer.from(`${value}\0`);

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u16be(value: number): Buffer {
  return u16(value).swap16();
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

function attribute(type: number, payload: Buffer): Buffer {
  const size = 4 + payload.length;
  return Buffer.concat([u16(size), u16(type), payload, Buffer.alloc(-size & 3)]);
}

/** The text of /proc/net/ip_vs_conn by chance. */
export function connectionTable(dice: Dice): string {
  const rows = Array.from({ length: dice.below(20) }, () => {
    const isSix = dice.below(3) === 0;
    const end = () => {
      const hex = address(dice, isSix).toString('hex');
      const host = isSix ? hex.match(/.{4}/g)!.join(':') : hex.slice(0, 8).toUpperCase();
      return `${host} ${dice.one(['0050', '0000', '01BB', 'FFFF', '1F90', '0035'])}`;
    };
    const protocol = dice.one(['TCP', 'UDP', 'SCTP', 'ESP', 'AH', 'IP']).padEnd(3);
    const state = dice.one([
      'ESTABLISHED',
      'NONE',
      'FIN_WAIT',
      'SYN_RECV',
      'UDP',
      'ASSURED',
      'ERR!',
      'SHUTDOWN_ACK_SENT',
    ]);
    const seconds = dice.one([0, 1, 59, 60, 899, 3600, 99_999, 2_678_400]);
    const engine = dice.below(5) === 0 ? ` sip ${'call-id@host'.repeat(1 + dice.below(5))}` : '';
    return `${protocol} ${end()} ${end()} ${end()} ${state.padEnd(11)} ${String(seconds).padStart(7)}${engine}`;
  });
  return `${['Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData', ...rows].join('\n')}\n`;
}
