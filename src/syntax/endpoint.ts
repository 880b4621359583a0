import { type Address, parseAddress } from '../model/address.ts';
import { MAX_PORT } from '../model/endpoint.ts';
import { UsageError } from './usage-error.ts';

/** What may go without a port. */
export interface LooseEndpoint {
  readonly address: Address;
  readonly port: number | undefined;
}

/** The same as `parseEndpointText`, for a word of the command line. Throws a UsageError. */
export function readEndpointWord(text: string, option: string): LooseEndpoint {
  const endpoint = parseEndpointText(text);
  if ('problem' in endpoint) throw new UsageError(`${option}: ${endpoint.problem}`);
  return endpoint;
}

/**
 * Reads `10.0.0.1:80`, `10.0.0.1`, `[2001:db8::1]:443`, `[2001:db8::1]` or `2001:db8::1`; numbers only. The port is
 * `undefined` when there is none. Gives a sentence about what is wrong with anything else.
 */
export function parseEndpointText(text: string): LooseEndpoint | { problem: string } {
  const brackets = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  const plain = /^([^:]*)(?::([^:]*))?$/.exec(text);
  const [, host = text, portText] = brackets ?? plain ?? [];
  const address = parseAddress(host);
  if (address === undefined || (brackets && !address.includes(':'))) {
    return { problem: `'${text}' is not an address, such as 10.0.0.1:80 or [2001:db8::1]:443` };
  }
  if (portText === undefined) return { address, port: undefined };
  const port = parsePortText(portText);
  return port === undefined
    ? { problem: `'${portText}' is not a port: a number up to ${MAX_PORT}` }
    : { address, port };
}

function parsePortText(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 65536;
  return port <= MAX_PORT ? port : undefined;
}
