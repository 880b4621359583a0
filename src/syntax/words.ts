import { type Address, familyOf, parseAddress } from '../model/address.ts';
import { isHostAddress } from '../model/address-class.ts';
import { isDeviceName } from '../model/device.ts';
import { MAX_PORT } from '../model/endpoint.ts';
import { UsageError } from './usage-error.ts';

/** `VIP[,VIP…]`, each with or without `/32` or `/128`. Throws a UsageError. */
export function parseVips(text: string): Address[] {
  const vips = text.split(',').map((word) => parseHostAddress(word, '--vip'));
  const twice = vips.find((vip, index) => vips.indexOf(vip) !== index);
  if (twice !== undefined) throw new UsageError(`--vip names ${twice} twice`);
  return vips;
}

/** One address that a host can have. Throws a UsageError. */
export function parseHostAddress(text: string, option: string): Address {
  const [word = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(word);
  if (address === undefined || rest.length > 0)
    throw new UsageError(`${option}: '${text}' is not an IP address`);
  const whole = familyOf(address) === 'inet' ? '32' : '128';
  if (prefix !== undefined && prefix !== whole) {
    throw new UsageError(`${option}: '${text}' must be one address: /${whole}, or no prefix length`);
  }
  if (!isHostAddress(address))
    throw new UsageError(`${option}: '${text}' is not an address that a host can have`);
  return address;
}

export function parseChoice<T extends string>(text: string, option: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`${option}: '${text}' is none of ${choices.join(', ')}`);
  return found;
}

export function parsePort(text: string, option: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > MAX_PORT) throw new UsageError(`${option}: '${text}' is not a port`);
  return port;
}

/** A device's name as the kernel allows it. Throws a UsageError. */
export function parseDevice(text: string, option: string): string {
  if (!isDeviceName(text)) throw new UsageError(`${option}: '${text}' is not a device's name`);
  return text;
}
