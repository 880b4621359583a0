import { type Address, parseAddress } from '../../model/address.ts';

/** What keepalived reads as a number of this range, without a sign; text after its digits is passed over when `lenient`. */
export function readUnsigned(
  text: string | undefined,
  least: number,
  most: number,
  lenient: boolean,
): number | undefined {
  const found = /^\s*\+?(\d+)(.*)$/.exec(text ?? '');
  if (!found || (found[2] !== '' && !lenient)) return undefined;
  const value = Number(found[1]);
  return value >= least && value <= most ? value : undefined;
}

/** Seconds with up to six digits behind the point, as milliseconds. */
export function readTimer(text: string | undefined, least = 0): number | undefined {
  const found = /^\s*\+?(\d*)(?:\.(\d*))?/.exec(text ?? '');
  if (!found || (found[1] === '' && !found[2])) return undefined;
  const milliseconds = Math.round(Number(`${found[1] || '0'}.${found[2] || '0'}`) * 1000);
  return milliseconds >= least && milliseconds <= 0xffffffff ? milliseconds : undefined;
}

/** A flag that stands alone, or with `on`, `true`, `yes`, `off`, `false`, `no`. */
export function readFlag(words: readonly string[]): boolean | undefined {
  const [word] = words;
  if (word === undefined || ['on', 'true', 'yes'].includes(word)) return true;
  return ['off', 'false', 'no'].includes(word) ? false : undefined;
}

/** An address as keepalived reads one: what follows a dash or a slash is left away. */
export function readAddress(text: string | undefined): Address | undefined {
  return parseAddress((text ?? '').split(/[-/]/)[0]!);
}

/** A port, `0` where there is none; `undefined` for something else. */
export function readPort(text: string | undefined): number | undefined {
  if (text === undefined || /^0*$/.test(text)) return 0;
  return readUnsigned(text, 1, 65535, true);
}
