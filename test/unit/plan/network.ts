import { familyOf } from '../../../src/model/address.ts';
import type { InterfaceAddress, Link, Network, Route } from '../../../src/model/network.ts';

/** A device, an Ethernet one unless told otherwise. */
export function link(index: number, name: string, rest: Partial<Link> = {}): Link {
  const ethernet = { up: true, loopback: false, resolves: true, mtu: 1500, kind: '', master: 0 };
  return { index, name, hardwareAddress: '02:00:00:00:00:01', ...ethernet, ...rest };
}

export function address(index: number, text: string): InterfaceAddress {
  const [word = '', length = '32'] = text.split('/');
  const flags = { deprecated: false, tentative: false, duplicate: false };
  return { index, family: familyOf(word), address: word, prefixLength: Number(length), ...flags };
}

export function route(destination: string, gateway: string, rest: Partial<Route> = {}): Route {
  const [word = '', length = '0'] = destination.split('/');
  return {
    family: familyOf(word),
    destination: word,
    prefixLength: Number(length),
    gateway,
    index: 2,
    metric: 0,
    ...rest,
  };
}

export const LO = link(1, 'lo', { loopback: true, resolves: false, mtu: 65536 });
export const ETH0 = link(2, 'eth0');
export const TUNL0 = link(9, 'tunl0', { up: false, resolves: false, kind: 'ipip', mtu: 1480 });

/** A server with one Ethernet device at 10.0.0.11/24. */
export function server(rest: Partial<Network> = {}): Network {
  return {
    links: [LO, ETH0, TUNL0],
    addresses: [address(1, '127.0.0.1/8'), address(2, '10.0.0.11/24'), address(2, 'fd00::11/64')],
    routes: [route('0.0.0.0/0', '10.0.0.254'), route('::/0', 'fd00::254')],
    inet6: true,
    ...rest,
  };
}
