import { type Address, addressBytes, type Family, familyOf } from '../../model/address.ts';
import type { InterfaceAddress, Network } from '../../model/network.ts';
import type { Need } from '../../settings/index.ts';
import { PlanRefusal } from '../refusal.ts';
import { arpSilence } from './arp.ts';
import { type TunnelEnd, type TunnelType, tunnelDevice } from './tunnel.ts';

/** What one host is to be to one VIP (or, with NAT, to its director). */
export type RealServer =
  | {
      readonly mode: 'dr';
      readonly vip: Address;
      readonly device: string;
      /** This host is the VIP's director too, always or by turns: the VIP may be on a device that answers for it. */
      readonly alsoDirector?: boolean;
    }
  | {
      readonly mode: 'tun';
      readonly vip: Address;
      readonly tunnel: TunnelType;
      /** Where GUE arrives. */
      readonly port?: number;
      /** This host's own address, by which the director knows it; its family is that of the outer packet. */
      readonly rip?: Address;
    }
  | { readonly mode: 'nat'; readonly director: Address; readonly setGateway: boolean };

/** What a host needs to be that real server. Throws a PlanRefusal when it cannot be. */
export function planRealServer(server: RealServer, network: Network): Need[] {
  switch (server.mode) {
    case 'dr':
      return planDirectRouting(server, network);
    case 'tun':
      return planTunnel(server, network);
    case 'nat':
      return planGateway(server, network);
  }
}

function planDirectRouting(
  { vip, device, alsoDirector = false }: Extract<RealServer, { mode: 'dr' }>,
  network: Network,
): Need[] {
  const link = network.links.find(({ name }) => name === device);
  if (!link) throw new PlanRefusal(`there is no device ${device}`);
  if (link.resolves) {
    throw new PlanRefusal(
      `${device} answers its neighbours for every address on it, so it cannot hold ${vip}; use lo or a dummy device`,
    );
  }
  refuseElsewhere(vip, device, network, alsoDirector);
  return [
    ...silence(vip, network),
    ...linkUp(link.name, 'an address works only on a device that is up'),
    ...hold(vip, device),
  ];
}

function planTunnel(
  { vip, tunnel, port, rip }: { vip: Address; tunnel: TunnelType; port?: number; rip?: Address },
  network: Network,
): Need[] {
  const end = tunnelEnd(vip, tunnel, rip);
  const { name, kind, modules, ownAddress } = tunnelDevice(end);
  if (rip !== undefined) requireOwn(rip, network);
  if (ownAddress && rip === undefined) {
    throw new PlanRefusal('IPv4 in IPv6 needs this server’s own IPv6 address: --rip ADDRESS');
  }
  refuseElsewhere(vip, name, network);
  const needs: Need[] = modules.map((module) => ({
    setting: { kind: 'module', name: module },
    why: `takes ${tunnel === 'ipip' ? 'IP in IP' : tunnel.toUpperCase()} off`,
  }));
  if (tunnel === 'gue' && port !== undefined) {
    needs.push({
      setting: { kind: 'gue-port', family: end.outer, port },
      why: `the director’s packets arrive at UDP port ${port}`,
    });
  }
  needs.push({
    setting: {
      kind: 'link',
      device: name,
      type: kind,
      ...(ownAddress && rip !== undefined ? { local: rip } : {}),
    },
    why: 'the device on which the packets come out of the tunnel',
  });
  needs.push(...linkUp(name, 'a device that is down drops what comes out of the tunnel'));
  if (end.inner === 'inet') needs.push(...silence(vip, network), looseSourceCheck(name));
  return [...needs, ...hold(vip, name)];
}

/** The tunnel that a VIP's packets come through. */
export function tunnelEnd(vip: Address, type: TunnelType, rip: Address | undefined): TunnelEnd {
  return { type, inner: familyOf(vip), outer: familyOf(rip ?? vip) };
}

/** The halves of all destinations, as routes that outdo a default route. */
const HALVES: Readonly<Record<Family, readonly Address[]>> = {
  inet: ['0.0.0.0', '128.0.0.0'],
  inet6: ['::', '8000::'],
};

function planGateway(
  { director, setGateway }: { director: Address; setGateway: boolean },
  network: Network,
): Need[] {
  if (network.addresses.some(({ address }) => address === director)) {
    throw new PlanRefusal(`${director} is an address of this host, so it is not the director's`);
  }
  const near = network.addresses.find((own) => own.family === familyOf(director) && contains(own, director));
  const device = network.links.find(({ index, up }) => index === near?.index && up)?.name;
  if (device === undefined)
    throw new PlanRefusal(`the director ${director} is not on a network of this host`);
  if (!setGateway) {
    if (gateways(familyOf(director), network).every((gateway) => gateway === director)) return [];
    throw new PlanRefusal(
      `replies do not go back through the director ${director}; add --set-gateway to have that set`,
      'needs-gateway',
    );
  }
  return HALVES[familyOf(director)].map((half) => ({
    setting: { kind: 'half-route', half, gateway: director, device },
    why: 'replies must go back through the director, which puts the VIP in; your default route stays as it is',
  }));
}

/** Where packets to far destinations go: by the two halves where there are such routes, else by the default route. */
function gateways(family: Family, { routes }: Network): (Address | undefined)[] {
  const of = (destination: Address, prefixLength: number) =>
    routes
      .filter((route) => route.family === family && route.destination === destination)
      .filter((route) => route.prefixLength === prefixLength)
      .sort((a, b) => a.metric - b.metric)[0];
  const fallback = of(HALVES[family][0]!, 0);
  return HALVES[family].map((half) => (of(half, 1) ?? fallback)?.gateway);
}

export function contains({ address, prefixLength }: InterfaceAddress, other: Address): boolean {
  const [own, asked] = [addressBytes(address), addressBytes(other)];
  for (let bit = 0; bit < prefixLength; bit++) {
    const mask = 0x80 >> (bit & 7);
    if ((own[bit >> 3]! & mask) !== (asked[bit >> 3]! & mask)) return false;
  }
  // A host address has no neighbours.
  return prefixLength < 8 * own.length;
}

function silence(vip: Address, network: Network): Need[] {
  // A host answers neighbour solicitations only for the addresses of the device that they come in on.
  return familyOf(vip) === 'inet' ? arpSilence(network) : [];
}

function linkUp(device: string, why: string): Need[] {
  return [{ setting: { kind: 'link-up', device }, why }];
}

function hold(vip: Address, device: string): Need[] {
  return [
    {
      setting: { kind: 'address', device, address: vip, deprecated: false, detectDuplicates: false },
      why: 'this host must take packets to the VIP as its own',
    },
  ];
}

/** The stricter of a device's value and that of all counts, and 2 (loose) is the larger number. */
function looseSourceCheck(device: string): Need {
  return {
    setting: {
      kind: 'sysctl',
      path: `net/ipv4/conf/${device}/rp_filter`,
      value: '2',
      accepts: ['0', '2'],
      largerOf: 'net/ipv4/conf/all/rp_filter',
    },
    why: 'a strict check would drop what comes out of the tunnel: the way back to the client is another device',
  };
}

function requireOwn(rip: Address, { addresses }: Network): void {
  if (!addresses.some(({ address }) => address === rip)) {
    throw new PlanRefusal(`${rip} is not an address of this host`);
  }
}

function refuseElsewhere(
  vip: Address,
  device: string,
  { addresses, links, inet6 }: Network,
  alsoDirector?: boolean,
): void {
  if (familyOf(vip) === 'inet6' && !inet6) throw new PlanRefusal('this host has no IPv6');
  const elsewhere = links.find(
    ({ name, index, resolves }) =>
      name !== device &&
      !(alsoDirector && resolves) &&
      addresses.some((own) => own.address === vip && own.index === index),
  );
  if (!elsewhere) return;
  const way =
    alsoDirector === false && elsewhere.resolves
      ? ', which answers for it; if this host is its director too, add --also-director'
      : '';
  throw new PlanRefusal(`${vip} is on ${elsewhere.name} of this host already${way}`);
}
