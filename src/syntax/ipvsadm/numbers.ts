/**
 * Reads a decimal number as C's `strtol` does, which must use up the whole text: white space and one sign may come
 * first. Returns `undefined` for anything else, and for a number outside `min … max`.
 */
export function parseInteger(text: string, min: number, max: number): number | undefined {
  let value = plainNumber(text);
  if (value < 0) {
    if (!/^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(text)) return undefined;
    // A number too large for a double's integers is outside every range that is asked for.
    value = Number(text.trim());
  }
  return value >= min && value <= max ? value + 0 : undefined;
}

/** The number that a few digits are, with nothing else: what most texts are. Otherwise -1. */
function plainNumber(text: string): number {
  if (text.length === 0 || text.length > 10) return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
  }
  return value;
}

/**
 * Reads the number at the beginning of a text as C's `atoi` does: no number is 0, what follows is ignored, and more
 * than 32 bits wrap around (after `strtol` has stopped at the limits of 64).
 */
export function parseLeadingInteger(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?[0-9]+)/.exec(text)?.[1];
  if (!digits) return 0;
  const limit = 2n ** 63n;
  const value = BigInt(digits.replace('+', ''));
  const saturated = value < -limit ? -limit : value >= limit ? limit - 1n : value;
  return Number(BigInt.asIntN(32, saturated));
}

/**
 * Reads a number as C's `strtoul` does with base 0, digits first: decimal, octal after `0`, hexadecimal after `0x`.
 * Returns its value (32 bits, otherwise `undefined`) and what follows it.
 */
export function parseCNumber(text: string): { value: number; rest: string } | undefined {
  const digits = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text)?.[0];
  if (digits === undefined) return undefined;
  const octal = /^0[0-7]/.test(digits);
  const value = octal ? Number.parseInt(digits, 8) : Number(digits);
  return value <= 0xffffffff ? { value, rest: text.slice(digits.length) } : undefined;
}
