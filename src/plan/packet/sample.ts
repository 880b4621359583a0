import type { Family } from '../../model/address.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { Hop } from '../../model/hop.ts';
import type { TunnelType } from '../host/tunnel.ts';
import type { Leg } from './leg.ts';
import { planHops } from './path.ts';

export const SAMPLE_MODES = ['nat', 'dr', 'tun', 'fullnat'] as const;
export type SampleMode = (typeof SAMPLE_MODES)[number];

/** A way of forwarding, shown without a machine. */
export interface Sample {
  readonly mode: SampleMode;
  /** With `tun`. */
  readonly tunnel: TunnelType;
  readonly family: Family;
}

/** Who is who in the sample: addresses that are set aside for documentation (RFC 5737, RFC 3849). */
interface Cast {
  readonly client: Endpoint;
  readonly virtual: Endpoint;
  readonly router: string;
  readonly director: string;
  readonly local: string;
  readonly near: string;
  readonly far: string;
}

const CAST: Readonly<Record<Family, Cast>> = {
  inet: {
    client: { address: '198.51.100.7', port: 40000 },
    virtual: { address: '192.0.2.100', port: 80 },
    router: '192.0.2.1',
    director: '192.0.2.10',
    local: '192.0.2.200',
    near: '192.0.2.11',
    far: '203.0.113.11',
  },
  inet6: {
    client: { address: '2001:db8:c::7', port: 40000 },
    virtual: { address: '2001:db8::100', port: 80 },
    router: '2001:db8::1',
    director: '2001:db8::10',
    local: '2001:db8::200',
    near: '2001:db8::11',
    far: '2001:db8:d::11',
  },
};

// RFC 7042 sets 00:00:5e:00:53:00 to :ff aside for documentation.
const ROUTER_MAC = '00:00:5e:00:53:01';
const DIRECTOR_MAC = '00:00:5e:00:53:10';
const SERVER_MAC = '00:00:5e:00:53:11';
const FAR_ROUTER_MAC = '00:00:5e:00:53:02';
const GUE_PORT = 6080;

/** What the sample is about, in one line, and its hops. */
export function planSample({ mode, tunnel, family }: Sample): { scene: string; hops: Hop[] } {
  const cast = CAST[family];
  const isFar = mode === 'tun' || mode === 'fullnat';
  const address = isFar ? cast.far : cast.near;
  const forwarding = mode === 'dr' ? 'direct' : mode === 'tun' ? 'tunnel' : 'masquerade';
  const port = forwarding === 'masquerade' ? 8080 : cast.virtual.port;
  const router: Leg = {
    index: 2,
    device: 'eth0',
    ownMac: DIRECTOR_MAC,
    ownAddress: cast.director,
    router: cast.router,
    peerMac: ROUTER_MAC,
    unknown: undefined,
    isSilent: false,
    mtu: 1500,
  };
  const hops = planHops({
    client: cast.client,
    virtual: cast.virtual,
    destination: {
      address,
      port,
      forwarding,
      tunnel: { type: tunnel, port: tunnel === 'gue' ? GUE_PORT : 0, checksum: 'none' },
    },
    toClient: router,
    toServer: isFar ? router : { ...router, router: undefined, peerMac: SERVER_MAC },
    pool: mode === 'fullnat' ? { addresses: [cast.local] } : undefined,
  });
  const place = isFar ? 'behind the router' : 'beside the director';
  return {
    scene: `client ${cast.client.address}, router ${cast.router}, director ${cast.director}, real server ${address} ${place}`,
    hops: hops.map((hop) => withReply(hop, isFar)),
  };
}

/** In the sample it is known where the real server's answer goes. */
function withReply(hop: Hop, isFar: boolean): Hop {
  if (hop.from !== 'real server' || hop.to !== 'client') return hop;
  return isFar
    ? {
        ...hop,
        sourceMac: SERVER_MAC,
        destinationMac: FAR_ROUTER_MAC,
        remarks: ['on the real server’s own network, by a router there'],
      }
    : {
        ...hop,
        destinationMac: ROUTER_MAC,
        remarks: ['by the real server’s own routes, here the same router'],
      };
}
