import { type Family, familyOf } from '../../model/address.ts';
import type { Destination } from '../../model/destination.ts';
import { isFwmark, type ServiceId, serviceFamily } from '../../model/service.ts';
import { type Field, type FilterPacket, network, number, type Value } from './rule.ts';

// The packets of a service as filters see them, at each hook that they pass.

/** A packet, and the hooks that it passes in this form. */
export interface Passage {
  /** `requests to the VIP` */
  readonly packets: string;
  readonly hooks: readonly { readonly hook: string; readonly before: number }[];
  readonly packet: FilterPacket;
}

/**
 * IPVS takes requests from `input` at priority 98 and replies from `forward` at 99 (net/netfilter/ipvs/ip_vs_core.c,
 * ip_vs_ops4): chains from there on see nothing of them.
 */
const BALANCED = 98;
const REPLIED = 99;
const ALL = Number.POSITIVE_INFINITY;

/** Clients use no port below. */
const CLIENT_PORTS: readonly Value[] = [number(1024, 65535)];

/** What is known of the host that a service's packets pass. */
export interface Surroundings {
  /** `net.ipv4.vs.conntrack`: whether what IPVS sends is tracked; `undefined`: not known. */
  readonly tracked: boolean | undefined;
  /** Devices that packets from other hosts come in by. */
  readonly devices: readonly string[];
}

/** A client's first packet, as it comes in. */
export function request(service: ServiceId, { devices }: Surroundings): Passage {
  return {
    packets: 'requests to the VIP',
    hooks: [
      { hook: 'prerouting', before: ALL },
      { hook: 'input', before: BALANCED },
    ],
    packet: packet(serviceFamily(service), {
      ...target(service),
      sport: CLIENT_PORTS,
      state: ['new'],
      iif: devices,
    }),
  };
}

/** The same as it is sent on to a real server on another host, by a device. */
export function onward(
  service: ServiceId,
  destination: Pick<Destination, 'port' | 'forwarding'> & Partial<Pick<Destination, 'address' | 'tunnel'>>,
  device: string | undefined,
  { tracked, devices }: Surroundings,
): Passage {
  const family = destination.address === undefined ? serviceFamily(service) : familyOf(destination.address);
  const state = tracked === undefined ? undefined : [tracked ? 'new' : 'untracked'];
  const oif = device === undefined ? devices : [device];
  const of = (fields: Fields): Passage => ({
    packets: 'requests to the real servers',
    hooks: [{ hook: 'output', before: ALL }],
    packet: packet(destination.forwarding === 'direct' ? serviceFamily(service) : family, {
      ...fields,
      // What this host sends comes in by none, and iifname is empty.
      iif: [''],
      oif,
    }),
  });
  const daddr = destination.address === undefined ? undefined : address(destination.address);
  switch (destination.forwarding) {
    case 'masquerade':
      return of({
        ...protocolOf(service),
        daddr,
        dport: port(destination.port),
        sport: CLIENT_PORTS,
        state,
      });
    case 'tunnel':
      return of(
        destination.tunnel?.type === 'gue'
          ? { protocol: ['udp'], daddr, dport: port(destination.tunnel.port) }
          : { protocol: [outerProtocol(destination.tunnel?.type ?? 'ipip', serviceFamily(service))], daddr },
      );
    default:
      return of({ ...target(service), sport: CLIENT_PORTS, state });
  }
}

/** What a real server of NAT answers (one that is not known, without an address), as this host forwards it. */
export function reply(
  service: ServiceId,
  destination: Pick<Destination, 'port'> & Partial<Pick<Destination, 'address'>>,
  device: string | undefined,
  { tracked, devices }: Surroundings,
): Passage {
  return {
    packets: 'replies of the real servers',
    hooks: [
      { hook: 'prerouting', before: ALL },
      { hook: 'forward', before: REPLIED },
    ],
    packet: packet(
      destination.address === undefined ? serviceFamily(service) : familyOf(destination.address),
      {
        ...protocolOf(service),
        saddr: destination.address === undefined ? undefined : address(destination.address),
        sport: port(destination.port),
        dport: CLIENT_PORTS,
        // Without tracking of its own, IPVS leaves it to chance what tracking makes of the answer to a lost question.
        state: tracked ? ['established'] : undefined,
        iif: device === undefined ? devices : [device],
        oif: devices,
      },
    ),
  };
}

/** The protocol number's name of a tunnel's outer header. */
function outerProtocol(type: 'ipip' | 'gre', inner: Family): string {
  if (type === 'gre') return 'gre';
  return inner === 'inet' ? 'ipip' : 'ipv6';
}

type Fields = { readonly [F in Field]?: readonly Value[] | undefined };

/** A packet of the fields that are known. */
export function packet(family: Family, fields: Fields): FilterPacket {
  return {
    family,
    fields: Object.fromEntries(Object.entries(fields).filter(([, values]) => values !== undefined)),
  };
}

function target(service: ServiceId): Fields {
  return isFwmark(service)
    ? {}
    : { ...protocolOf(service), daddr: address(service.address), dport: port(service.port) };
}

function protocolOf(service: ServiceId): Fields {
  return isFwmark(service) ? {} : { protocol: [service.protocol] };
}

export function address(text: string): readonly Value[] | undefined {
  const value = network(text);
  return value === undefined ? undefined : [value];
}

/** 0 stands for any port. */
function port(value: number): readonly Value[] | undefined {
  return value === 0 ? undefined : [number(value)];
}
