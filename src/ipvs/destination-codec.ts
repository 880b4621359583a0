import { type Family, familyOf, formatAddress } from '../model/address.ts';
import {
  DEFAULT_TUNNEL,
  type Destination,
  type DestinationId,
  type DestinationStatus,
  type Forwarding,
  type Tunnel,
} from '../model/destination.ts';
import * as C from './constants.ts';
import { decodeCounters } from './counters-codec.ts';
import type { DestinationValues } from './layout.ts';
import { encodeAddress, FAMILY_NUMBERS, FAMILY_OF, mirror, missingIdentity } from './numbers.ts';

const FORWARDING_NUMBERS: Record<Forwarding, number> = {
  masquerade: C.CONN_F_MASQ,
  local: C.CONN_F_LOCALNODE,
  tunnel: C.CONN_F_TUNNEL,
  direct: C.CONN_F_DROUTE,
  bypass: C.CONN_F_BYPASS,
};
const TUNNEL_NUMBERS: Record<Tunnel['type'], number> = {
  ipip: C.CONN_F_TUNNEL_TYPE_IPIP,
  gue: C.CONN_F_TUNNEL_TYPE_GUE,
  gre: C.CONN_F_TUNNEL_TYPE_GRE,
};
const CHECKSUM_NUMBERS: Record<Tunnel['checksum'], number> = {
  none: C.TUNNEL_ENCAP_FLAG_NOCSUM,
  full: C.TUNNEL_ENCAP_FLAG_CSUM,
  remote: C.TUNNEL_ENCAP_FLAG_REMCSUM,
};
const FORWARDING_OF = mirror(FORWARDING_NUMBERS);
const TUNNEL_OF = mirror(TUNNEL_NUMBERS);
const CHECKSUM_OF = mirror(CHECKSUM_NUMBERS);

/** The attributes that tell which destination is meant. */
export function encodeDestinationId({ address, port }: DestinationId): DestinationValues {
  return { family: FAMILY_NUMBERS[familyOf(address)], address: encodeAddress(address), port };
}

/** All attributes of a destination; a setting that is left out has its default. */
export function encodeDestination(destination: Destination): DestinationValues {
  const tunnel = destination.tunnel ?? DEFAULT_TUNNEL;
  const { family, address, port } = encodeDestinationId(destination);
  return {
    family,
    address,
    port,
    forwarding: FORWARDING_NUMBERS[destination.forwarding ?? 'direct'],
    weight: destination.weight ?? 1,
    tunnelType: TUNNEL_NUMBERS[tunnel.type],
    tunnelPort: tunnel.port,
    tunnelFlags: CHECKSUM_NUMBERS[tunnel.checksum],
    upperThreshold: destination.upperThreshold ?? 0,
    lowerThreshold: destination.lowerThreshold ?? 0,
  };
}

/**
 * Reads a destination that the kernel lists. Kernels before 3.18 do not say its family: it is the service's. Throws
 * a `malformed` NetlinkError when its identity is missing.
 */
export function decodeDestination(values: DestinationValues, serviceFamily: Family): DestinationStatus {
  const { address, port } = values;
  if (address === undefined || port === undefined) throw missingIdentity('destination');
  const family =
    values.family === undefined ? serviceFamily : (FAMILY_OF.get(values.family) ?? serviceFamily);
  return {
    address: formatAddress(address.bytes, address.start, family),
    port,
    forwarding: FORWARDING_OF.get((values.forwarding ?? C.CONN_F_DROUTE) & C.CONN_F_FWD_MASK) ?? 'direct',
    weight: values.weight ?? 0,
    upperThreshold: values.upperThreshold ?? 0,
    lowerThreshold: values.lowerThreshold ?? 0,
    tunnel: decodeTunnel(values),
    activeConnections: values.activeConnections ?? 0,
    inactiveConnections: values.inactiveConnections ?? 0,
    persistentConnections: values.persistentConnections ?? 0,
    counters: decodeCounters(values),
  };
}

function decodeTunnel({ tunnelType = 0, tunnelPort = 0, tunnelFlags = 0 }: DestinationValues): Tunnel {
  if (tunnelType === 0 && tunnelPort === 0 && tunnelFlags === 0) return DEFAULT_TUNNEL;
  return {
    type: TUNNEL_OF.get(tunnelType) ?? 'ipip',
    port: tunnelPort,
    checksum: CHECKSUM_OF.get(tunnelFlags) ?? 'none',
  };
}
