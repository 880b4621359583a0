import {
  type Address,
  addressBytes,
  type Family,
  familyOf,
  formatAddress,
  parseAddress,
} from '../../model/address.ts';
import type { Line } from './lines.ts';
import { type Notes, note } from './notes.ts';
import type { Statement } from './tree.ts';
import { readPort, readUnsigned } from './values.ts';
import { splitWords } from './words.ts';

/** What a `virtual_server_group` stands for. */
export interface Group {
  readonly addresses: readonly { readonly address: Address; readonly port: number }[];
  readonly marks: readonly { readonly fwmark: number; readonly family: Family | undefined }[];
}

/** Virtual servers that a person might mean by one group. */
const MOST = 65_536;

/** A `virtual_server_group` block: addresses, ranges of them, networks, firewall marks (`alloc_vsg_entry`). */
export function readGroup(block: Statement, notes: Notes): Group {
  const addresses: { address: Address; port: number }[] = [];
  const marks: { fwmark: number; family: Family | undefined }[] = [];
  for (const line of block.lines) {
    const [first = '', second, third] = splitWords(line.text);
    if (first !== 'fwmark') {
      addresses.push(...readRange(first, second, line, notes));
      continue;
    }
    const fwmark = readUnsigned(second, 0, 0xffffffff, true);
    const family = third === 'inet' || third === 'inet6' ? third : undefined;
    if (fwmark === undefined || (third !== undefined && family === undefined)) {
      note(notes, 'ignored', line.place, `'${line.text}' is no firewall mark`);
    } else marks.push({ fwmark, family });
  }
  return { addresses, marks };
}

function readRange(text: string, portText: string | undefined, { place }: Line, notes: Notes) {
  const refuse = (why: string) => {
    note(notes, 'ignored', place, `'${text}': ${why}`);
    return [];
  };
  const port = readPort(portText);
  if (port === undefined) return refuse(`'${portText}' is no port`);
  const [, from = '', sign, to = ''] = /^([^-/]*)([-/]?)(.*)$/.exec(text) ?? [];
  const start = parseAddress(from);
  if (start === undefined) return refuse('it is no address');
  const first = numberOf(start);
  const last = sign === '/' ? lastOfNetwork(start, to) : sign === '-' ? lastOfRange(start, to) : first;
  if (last === undefined || last < first)
    return refuse(`it is no ${sign === '/' ? 'network' : 'range'} that keepalived takes`);
  if (last - first >= MOST) {
    note(notes, 'left-out', place, `'${text}': more than ${MOST} virtual servers`);
    return [];
  }
  const found: { address: Address; port: number }[] = [];
  for (let number = first; number <= last; number++)
    found.push({ address: addressOf(number, familyOf(start)), port });
  return found;
}

function lastOfNetwork(start: Address, text: string): bigint | undefined {
  const bits = familyOf(start) === 'inet' ? 32 : 128;
  const length = /^\d+$/.test(text) ? Number(text) : 0;
  if (length < 1 || length > bits) return undefined;
  const rest = (1n << BigInt(bits - length)) - 1n;
  const first = numberOf(start);
  return (first & rest) === 0n ? first | rest : undefined;
}

/** `10.0.0.1-10.0.1.5`, `10.0.0.1-5` (the last byte), `2001:db8::1-f` (the last two bytes, hexadecimal). */
function lastOfRange(start: Address, text: string): bigint | undefined {
  const isInet = familyOf(start) === 'inet';
  if (text.includes(isInet ? '.' : ':')) {
    const end = parseAddress(text);
    return end !== undefined && familyOf(end) === familyOf(start) ? numberOf(end) : undefined;
  }
  const size = isInet ? 0xff : 0xffff;
  const end = Number.parseInt(text, isInet ? 10 : 16);
  if (!(end >= 0 && end <= size)) return undefined;
  const first = numberOf(start);
  const last = (first & ~BigInt(size)) | BigInt(end);
  return last > first ? last : undefined;
}

function numberOf(address: Address): bigint {
  return addressBytes(address).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function addressOf(number: bigint, family: Family): Address {
  const length = family === 'inet' ? 4 : 16;
  const bytes = Uint8Array.from({ length }, (_, at) =>
    Number((number >> BigInt(8 * (length - 1 - at))) & 0xffn),
  );
  return formatAddress(bytes);
}
