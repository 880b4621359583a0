import type { Forwarding, Tunnel } from '../../../src/model/destination.ts';
import { DIRECTOR, DIRECTOR6, SERVERS, SERVERS6, VIP, VIP6 } from './network.ts';

/** One way of forwarding, prepared by our commands alone. */
export interface Case {
  readonly name: string;
  readonly mode: 'nat' | 'dr' | 'tun';
  readonly vip: string;
  readonly servers: readonly string[];
  /** The words after `realserver up`, for the server with this address. */
  readonly prepare: (rip: string) => string;
  readonly forwarding: Forwarding;
  readonly tunnel?: Tunnel;
  /** The port on the servers; the VIP's is 80. */
  readonly port: number;
}

const nat = { mode: 'nat', forwarding: 'masquerade', port: 8080 } as const;
const dr = { mode: 'dr', forwarding: 'direct', port: 80 } as const;
const tun = { mode: 'tun', forwarding: 'tunnel', port: 80 } as const;
const inet = { vip: VIP, servers: SERVERS };
const inet6 = { vip: VIP6, servers: SERVERS6 };

const GRE: Tunnel = { type: 'gre', port: 0, checksum: 'none' };
const GUE: Tunnel = { type: 'gue', port: 6080, checksum: 'none' };

export const CASES: readonly Case[] = [
  { name: 'NAT', ...nat, ...inet, prepare: () => `--mode nat --director ${DIRECTOR} --set-gateway` },
  { name: 'NAT, IPv6', ...nat, ...inet6, prepare: () => `--mode nat --director ${DIRECTOR6} --set-gateway` },
  { name: 'DR', ...dr, ...inet, prepare: () => `--mode dr --vip ${VIP}` },
  { name: 'DR, IPv6', ...dr, ...inet6, prepare: () => `--mode dr --vip ${VIP6}` },
  { name: 'TUN by IPIP', ...tun, ...inet, prepare: () => `--mode tun --vip ${VIP}` },
  { name: 'TUN by IPv6 in IPv6', ...tun, ...inet6, prepare: () => `--mode tun --vip ${VIP6}` },
  {
    name: 'TUN by IPv6 in IPv4',
    ...tun,
    vip: VIP6,
    servers: SERVERS,
    prepare: (rip) => `--mode tun --vip ${VIP6} --rip ${rip}`,
  },
  {
    name: 'TUN by IPv4 in IPv6',
    ...tun,
    vip: VIP,
    servers: SERVERS6,
    prepare: (rip) => `--mode tun --vip ${VIP} --rip ${rip}`,
  },
  {
    name: 'TUN by GRE',
    ...tun,
    ...inet,
    tunnel: GRE,
    prepare: () => `--mode tun --tunnel gre --vip ${VIP}`,
  },
  {
    name: 'TUN by GRE, IPv6',
    ...tun,
    ...inet6,
    tunnel: GRE,
    prepare: () => `--mode tun --tunnel gre --vip ${VIP6}`,
  },
  {
    name: 'TUN by GRE, IPv6 in IPv4',
    ...tun,
    vip: VIP6,
    servers: SERVERS,
    tunnel: GRE,
    prepare: (rip) => `--mode tun --tunnel gre --vip ${VIP6} --rip ${rip}`,
  },
  {
    name: 'TUN by GUE',
    ...tun,
    ...inet,
    tunnel: GUE,
    prepare: () => `--mode tun --tunnel gue --tun-port 6080 --vip ${VIP}`,
  },
  {
    name: 'TUN by GUE, IPv6',
    ...tun,
    ...inet6,
    tunnel: GUE,
    prepare: () => `--mode tun --tunnel gue --tun-port 6080 --vip ${VIP6}`,
  },
];
