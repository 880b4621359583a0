/** Names of ports, such as `http` for TCP's 80. Names are case-sensitive; protocols are `tcp`, `udp`, `sctp`, … */
export interface ServiceDatabase {
  /** The port that a name, or one of its aliases, stands for. */
  port(name: string, protocol: string): number | undefined;
  /** The official name of a port. */
  name(port: number, protocol: string): string | undefined;
}

/**
 * Reads services(5): lines of `name port/protocol alias…`. Where lines contradict each other the first one counts, as in
 * libc.
 */
export function parseServiceDatabase(text: string): ServiceDatabase {
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, number, rest] = LINE.exec(line) ?? [];
    if (name === undefined || number === undefined) continue;
    const [protocol, ...aliases] = (rest ?? '').split(BLANKS);
    const port = portOf(number);
    if (port === undefined) continue;
    putIfAbsent(names, `${port}/${protocol}`, name);
    for (const spelling of [name, ...aliases.filter((alias) => alias !== '')])
      putIfAbsent(ports, `${spelling}/${protocol}`, port);
  }
  return {
    port: (name, protocol) => ports.get(`${name}/${protocol}`),
    name: (port, protocol) => names.get(`${port}/${protocol}`),
  };
}

const BLANKS = /[ \t\v\f\r]+/;
/** A name, a number as C's `strtoul` reads it with base 0, slashes, and everything up to a comment. */
const LINE =
  /^[ \t\v\f\r]*([^ \t\v\f\r#]+)[ \t\v\f\r]+([+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*))\/+([^#]*)/;

/**
 * `0100` is 64 and `0x61` is 97 in libc. It passes over a line with more than 32 bits (a minus makes 64 of them), and of
 * those it keeps the lower 16: 70000 is 4464.
 */
function portOf(text: string): number | undefined {
  const digits = text.replace(/^[+-]/, '');
  const size = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const value = text.startsWith('-') ? BigInt.asUintN(64, -size) : size;
  return value > 0xffffffffn ? undefined : Number(value & 0xffffn);
}

function putIfAbsent<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value);
}
