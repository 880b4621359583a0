import type { Address } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';
import { isFwmark, type ServiceId } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';
import type { Names } from '../../process/world.ts';

/** Nothing has a name: the option `-n`. */
export const NUMERIC: Names = { host: () => undefined, port: () => undefined };

/**
 * `10.0.0.1:80`, `vip.example.com:http`, `[2001:db8::1]:80`. IPv6 has brackets around a name too, as ipvsadm writes
 * it. Without a protocol (firewall marks) the port is a number. Never shortened, however long the name.
 */
export function endpointText(
  address: Address,
  port: number,
  protocol: Protocol | undefined,
  names: Names,
): string {
  const host = names.host(address) ?? address;
  const portName = (protocol && names.port(port, protocol)) ?? port;
  return address.includes(':') ? `[${host}]:${portName}` : `${host}:${portName}`;
}

/** The protocol whose port names a service and its destinations go by; a firewall mark has none. */
export function portProtocol(service: ServiceId): Protocol | undefined {
  return isFwmark(service) ? undefined : service.protocol;
}

/** The distinct addresses in a table: those whose names a listing of it needs. */
export function tableAddresses(services: Iterable<ServiceTable>): Set<Address> {
  const addresses = new Set<Address>();
  for (const service of services) {
    if (!isFwmark(service)) addresses.add(service.address);
    for (const { address } of service.destinations) addresses.add(address);
  }
  return addresses;
}
