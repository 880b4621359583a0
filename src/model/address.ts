/**
 * An IP address as text, in the one canonical spelling that `inet_ntop` gives it: `10.0.0.1`, `2001:db8::1`,
 * `::ffff:10.0.0.1`. Two addresses are the same address exactly when the strings are equal.
 */
export type Address = string;

export const FAMILIES = ['inet', 'inet6'] as const;

/** Address family, by the names of the socket interface without their `AF_`. */
export type Family = (typeof FAMILIES)[number];

/** The family of a canonical address: only IPv6 addresses contain a colon. */
export function familyOf(address: Address): Family {
  return address.includes(':') ? 'inet6' : 'inet';
}

/**
 * Reads an address as strictly as `inet_pton` does: four decimal numbers without leading zeros, or any RFC 4291
 * spelling of an IPv6 address without zone or prefix. Returns its 4 or 16 bytes, or `undefined`.
 */
export function parseAddressBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseInet6(text) : parseInet(text);
}

/** The canonical spelling of an address written in any way that `inet_pton` accepts, or `undefined`. */
export function parseAddress(text: string): Address | undefined {
  // An IPv4 address has one spelling.
  if (!text.includes(':')) return inetNumber(text) < 0 ? undefined : text;
  const bytes = parseInet6(text);
  return bytes && formatAddress(bytes);
}

/** The 4 or 16 bytes of an address, in network order. Throws a RangeError for text that is not an address. */
export function addressBytes(address: Address): Uint8Array {
  const bytes = parseAddressBytes(address);
  if (!bytes) throw new RangeError(`not an IP address: '${address}'`);
  return bytes;
}

/** Spells 4 or 16 bytes, from `offset`, as `inet_ntop` of the GNU C library does. */
export function formatAddress(
  bytes: Uint8Array,
  offset = 0,
  family: Family = bytes.length === 4 ? 'inet' : 'inet6',
): Address {
  return family === 'inet' ? formatInet(bytes, offset) : formatInet6(bytes, offset);
}

const DOT = 46;
const ZERO = 48;

/**
 * The 32 bits of an IPv4 address, its first byte the highest; -1 for text that is not one. By hand, digit for digit,
 * and without leaving anything behind: a restore of a large table reads a hundred thousand of these.
 */
export function inetNumber(text: string): number {
  let number = 0;
  let part = 0;
  let value = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT && value >= 0 && part < 3) {
      number = 256 * number + value;
      value = -1;
      part++;
      continue;
    }
    const digit = code - ZERO;
    // A leading zero could mean an octal number, so there may be none.
    if (digit < 0 || digit > 9 || value === 0) return -1;
    value = value < 0 ? digit : 10 * value + digit;
    if (value > 255) return -1;
  }
  return part === 3 && value >= 0 ? 256 * number + value : -1;
}

function parseInet(text: string): Uint8Array | undefined {
  const number = inetNumber(text);
  if (number < 0) return undefined;
  const bytes = new Uint8Array(4);
  bytes[0] = number >>> 24;
  bytes[1] = number >>> 16;
  bytes[2] = number >>> 8;
  bytes[3] = number;
  return bytes;
}

function parseInet6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseWords(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseWords(halves[1]!, true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const words = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  for (const [index, word] of words.entries()) {
    bytes[2 * index] = word >> 8;
    bytes[2 * index + 1] = word & 0xff;
  }
  return bytes;
}

/** Reads `a:b:c`, where the last part may be a dotted quad when the address ends here. Empty text is no words. */
function parseWords(text: string, endsAddress: boolean): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      words.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = endsAddress && index === parts.length - 1 ? parseInet(part) : undefined;
    if (!quad) return undefined;
    words.push((quad[0]! << 8) | quad[1]!, (quad[2]! << 8) | quad[3]!);
  }
  return words;
}

/** The spelling of an IPv4 address that is a number of 32 bits, its first byte the highest. */
export function formatInetNumber(bits: number): Address {
  return `${bits >>> 24}.${(bits >>> 16) & 0xff}.${(bits >>> 8) & 0xff}.${bits & 0xff}`;
}

function formatInet(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

function formatInet6(bytes: Uint8Array, offset: number): string {
  const words: number[] = [];
  for (let index = 0; index < 8; index++) {
    words.push((bytes[offset + 2 * index]! << 8) | bytes[offset + 2 * index + 1]!);
  }
  const zeros = longestZeroRun(words);
  // The C library writes the last four bytes of `::a.b.c.d` and `::ffff:a.b.c.d` as a dotted quad.
  const embedded = zeros.start === 0 && (zeros.length === 6 || (zeros.length === 5 && words[5] === 0xffff));
  const hex = (part: number[]) => part.map((word) => word.toString(16)).join(':');
  if (embedded) return `::${zeros.length === 5 ? 'ffff:' : ''}${formatInet(bytes, offset + 12)}`;
  if (zeros.length < 2) return hex(words);
  return `${hex(words.slice(0, zeros.start))}::${hex(words.slice(zeros.start + zeros.length))}`;
}

function longestZeroRun(words: number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (start + length < words.length && words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
    start += length;
  }
  return best;
}
