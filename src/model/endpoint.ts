import type { Address } from './address.ts';

export const MAX_PORT = 65_535;

/** An address and a port (0 … 65535). */
export interface Endpoint {
  readonly address: Address;
  readonly port: number;
}

/** `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
