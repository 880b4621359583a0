import { type Address, parseAddress } from '../model/address.ts';

/** What a hosts file says, as the C library's gethostbyname and gethostbyaddr read it. */
export interface HostsFile {
  /** The IPv4 address of the first line that has the name, in whatever case its letters are. */
  address(name: string): Address | undefined;
  /** The first name of the first line that has the address. */
  name(address: Address): string | undefined;
}

/**
 * Reads hosts(5), lines of `address name alias…`, given as bytes: names are compared byte for byte. To those who ask for
 * IPv4, a line with an address that maps IPv4 (`::ffff:10.0.0.1`) has that one, and one with `::1` has 127.0.0.1.
 */
export function parseHostsFile(bytes: Buffer): HostsFile {
  const addresses = new Map<string, Address>();
  const names = new Map<Address, string>();
  for (const line of bytes.toString('latin1').split('\n')) {
    const [text, ...words] = line
      .replace(/#.*/s, '')
      .split(/[ \t\v\f\r]+/)
      .filter((word) => word !== '');
    const [name] = words;
    const address = text === undefined ? undefined : parseAddress(text);
    if (address === undefined || name === undefined) continue;
    const inet = inetOf(address);
    for (const known of new Set([address, inet])) {
      if (known !== undefined && !names.has(known)) names.set(known, Buffer.from(name, 'latin1').toString());
    }
    if (inet === undefined) continue;
    for (const word of words) {
      const key = lowerCase(word);
      if (!addresses.has(key)) addresses.set(key, inet);
    }
  }
  return {
    address: (name) => addresses.get(lowerCase(Buffer.from(name).toString('latin1'))),
    name: (address) => names.get(address),
  };
}

function inetOf(address: Address): Address | undefined {
  if (!address.includes(':')) return address;
  if (address === '::1') return '127.0.0.1';
  return /^::ffff:([0-9.]+)$/.exec(address)?.[1];
}

/** Of the bytes of text, only the letters of ASCII have a case. */
function lowerCase(bytes: string): string {
  return bytes.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
