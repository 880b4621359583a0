import { familyOf } from '../../model/address.ts';
import type { DestinationId, DestinationSettings } from '../../model/destination.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { Hop, HopEnd, OuterHeader } from '../../model/hop.ts';
import { formatAddresses, type Pool } from '../../model/pool.ts';
import { tunnelSizes } from '../host/tunnel.ts';
import type { Leg } from './leg.ts';

/** Everything that a packet's way through the director depends on. */
export interface Path {
  readonly client: HopEnd;
  /** Where the packet is sent: the VIP and its port. */
  readonly virtual: Endpoint;
  readonly destination: DestinationId & Pick<DestinationSettings, 'forwarding' | 'tunnel'>;
  /** `local`: the director itself; `undefined` when nothing is known. */
  readonly toClient: Leg | 'local' | undefined;
  readonly toServer: Leg | 'local' | undefined;
  /** FULLNAT: what real servers see in the place of clients. */
  readonly pool?: Pool | undefined;
}

const NO_CLIENT = 'the client is not named (--from)';
const ITS_OWN_ROUTES = 'the real server’s own routes decide whom its reply goes to';

/** The way of a packet and of its answer, stretch by stretch. */
export function planHops(path: Path): Hop[] {
  const { client, virtual, destination, toServer } = path;
  const port = destination.forwarding === 'masquerade' ? destination.port || virtual.port : virtual.port;
  const real: HopEnd =
    destination.forwarding === 'masquerade' ? { address: destination.address, port } : virtual;
  const seen = seenClient(path);
  const arrival: Hop = {
    from: 'client',
    to: 'director',
    ...turned(legMacs(path.toClient)),
    source: client,
    destination: virtual,
    outer: undefined,
    remarks: legRemarks(path.toClient, 'client', 'source'),
  };
  if (toServer === 'local') return [arrival, ...localHops(path, real)];
  const hop: Hop = {
    from: 'director',
    to: 'real server',
    ...legMacs(toServer),
    source: seen.end,
    destination: real,
    outer: outerOf(path, toServer),
    remarks: [
      ...legRemarks(toServer, 'real server', 'destination'),
      ...seen.remarks,
      ...tunnelRemarks(path, toServer),
    ],
  };
  return [arrival, hop, ...replies(path, toServer, hop)];
}

function replies(path: Path, toServer: Leg | undefined, hop: Hop): Hop[] {
  const { client, virtual, destination, toClient, pool } = path;
  if (destination.forwarding !== 'masquerade') {
    return [
      {
        from: 'real server',
        to: 'client',
        sourceMac: toServer?.router === undefined ? toServer?.peerMac : undefined,
        ...replyMac(path, toServer),
        source: virtual,
        destination: client,
        outer: undefined,
      },
    ];
  }
  const own = pool
    ? 'the real server needs a way to this address only'
    : 'the real server’s way to the client must lead through this director';
  return [
    {
      from: 'real server',
      to: 'director',
      ...turned(legMacs(toServer)),
      source: hop.destination,
      destination: hop.source,
      outer: undefined,
      remarks: [own],
    },
    {
      from: 'director',
      to: 'client',
      ...legMacs(toClient),
      source: virtual,
      destination: client,
      outer: undefined,
      remarks: [],
    },
  ];
}

/** Where the real server sends its answer, which only it knows, unless both are on one network with the director. */
function replyMac({ toClient }: Path, toServer: Leg | undefined): Pick<Hop, 'destinationMac' | 'remarks'> {
  if (!toServer || toServer.router !== undefined) {
    return {
      destinationMac: undefined,
      remarks: [`${ITS_OWN_ROUTES}, on a network that is not seen from here`],
    };
  }
  if (!toClient || toClient === 'local' || toClient.index !== toServer.index || !toClient.peerMac) {
    return { destinationMac: undefined, remarks: [ITS_OWN_ROUTES] };
  }
  if (toClient.router === undefined) {
    return {
      destinationMac: toClient.peerMac,
      remarks: ['client and real server are on one network, where they find each other'],
    };
  }
  return {
    destinationMac: undefined,
    remarks: [
      `${ITS_OWN_ROUTES}; were they like the director’s: ${toClient.peerMac}, the router ${toClient.router}`,
    ],
  };
}

function localHops({ client, virtual, toClient }: Path, real: HopEnd): Hop[] {
  const inside = { sourceMac: undefined, destinationMac: undefined, outer: undefined };
  return [
    {
      from: 'director',
      to: 'real server',
      ...inside,
      source: client,
      destination: real,
      remarks: legRemarks('local', 'real server', 'destination'),
    },
    {
      from: 'real server',
      to: 'client',
      ...legMacs(toClient),
      source: virtual,
      destination: client,
      outer: undefined,
      remarks: [],
    },
  ];
}

/** The client as the real server sees it. */
function seenClient({ client, pool }: Path): { end: HopEnd; remarks: string[] } {
  if (!pool) return { end: client, remarks: [] };
  const [only, ...others] = pool.addresses;
  const port = pool.ports ? undefined : client.port;
  return {
    end: { address: others.length === 0 ? only : undefined, port },
    remarks: [
      others.length === 0
        ? `FULLNAT: the local address stands for the client${port === undefined ? '' : ', whose port is kept if it is free'}`
        : `FULLNAT: one of the local addresses ${formatAddresses(pool.addresses)} stands for the client, always the same one for its address and port`,
    ],
  };
}

function outerOf(
  { destination: { forwarding, tunnel, address } }: Path,
  leg: Leg | undefined,
): OuterHeader | undefined {
  if (forwarding !== 'tunnel') return undefined;
  return {
    type: tunnel.type,
    source: { address: leg?.ownAddress, port: undefined },
    destination: { address, port: tunnel.type === 'gue' ? tunnel.port : undefined },
  };
}

function tunnelRemarks({ destination, virtual }: Path, leg: Leg | undefined): string[] {
  const { forwarding, tunnel, address } = destination;
  if (forwarding !== 'tunnel' || !leg) return [];
  const end = { type: tunnel.type, inner: familyOf(virtual.address), outer: familyOf(address) };
  const port = tunnel.type === 'gue' ? ['the UDP source port is another for every connection'] : [];
  return [...port, `the inner packet may have up to ${tunnelSizes(end, leg.mtu).mtu} bytes`];
}

interface Macs {
  readonly sourceMac: string | undefined;
  readonly destinationMac: string | undefined;
}

/** Of a frame that the director sends. */
function legMacs(leg: Leg | 'local' | undefined): Macs {
  if (leg === undefined || leg === 'local') return { sourceMac: undefined, destinationMac: undefined };
  return { sourceMac: leg.ownMac, destinationMac: leg.peerMac };
}

/** Of one that it receives. */
function turned({ sourceMac, destinationMac }: Macs): Macs {
  return { sourceMac: destinationMac, destinationMac: sourceMac };
}

function legRemarks(
  leg: Leg | 'local' | undefined,
  station: 'client' | 'real server',
  side: 'source' | 'destination',
): string[] {
  if (leg === undefined) return station === 'client' ? [NO_CLIENT] : [];
  if (leg === 'local') return [`the ${station} is this director itself: nothing goes over the network`];
  const { router, unknown } = leg;
  return [
    ...(router === undefined
      ? []
      : [`the ${station} is behind the router ${router}, whose hardware address is the ${side}`]),
    ...(unknown === undefined ? [] : [unknown]),
  ];
}
