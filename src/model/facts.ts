import type { Address, Family } from './address.ts';
import type { Neighbour, Network, ResolvedRoute } from './network.ts';
import type { Table } from './table.ts';

/**
 * Where a kernel module stands: in the kernel, on the disk for loading, or nowhere. `unknown`: the system has no lists
 * of this kernel's modules, as in many containers, so that it may be built in all the same.
 */
export type ModuleState = 'loaded' | 'available' | 'missing' | 'unknown';

/** A thing of nftables under the name of its kind, as `nft -j` prints it. */
export type FirewallObject = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/**
 * A line of iptables-save: a rule, `-A POSTROUTING -o eth1 -j MASQUERADE`, or a chain, `:INPUT DROP [0:0]`; of
 * iptables' older kind, or of tables in nftables that nft shows without their meaning.
 */
export interface IptablesRule {
  readonly family: Family;
  readonly table: string;
  /** `nft`: it is in nftables. */
  readonly kind?: 'legacy' | 'nft';
  readonly text: string;
}

/** A real server that this host is meant to be: by the record of `realserver up`, or by the operator's word. */
export interface Meant {
  /** `nat`: `address` is that of the director that it replies through; otherwise it is a VIP. */
  readonly mode: 'dr' | 'tun' | 'nat';
  readonly address: Address;
  /** The command that prepares it. */
  readonly up: string;
}

/**
 * What was seen of a host at a moment, without changing anything or, unless asked to, sending a packet. What is `undefined`, or not in a
 * map, is not known, and no fault is made of it.
 */
export interface Facts {
  /** The kernel's release, such as `6.1.0-18-amd64`. */
  readonly kernel: string;
  readonly network: Network;
  readonly neighbours: readonly Neighbour[];
  /** Addresses that were asked for on their segments, and the hardware addresses that answered, if one did. */
  readonly answers: ReadonlyMap<Address, string | undefined>;
  /** The kernel's answer for every VIP, real server and director: where a packet to it goes. */
  readonly routes: ReadonlyMap<Address, ResolvedRoute>;
  /** For every director that replies are meant to go through: the ways of replies to far clients. */
  readonly replies: ReadonlyMap<Address, readonly ResolvedRoute[]>;
  /** Files under /proc/sys, such as `net/ipv4/ip_forward`, and their values. */
  readonly settings: ReadonlyMap<string, string>;
  /** The IPVS table; `undefined` when this host has no IPVS, or it may not be read. */
  readonly table: Table | undefined;
  /** Names of services (`formatServiceId`) that are FULLNAT here. */
  readonly fullnat: ReadonlySet<string>;
  /** Modules of the kernel's schedulers, by names such as `ip_vs_mh`. */
  readonly modules: ReadonlyMap<string, ModuleState>;
  /** Everything in nftables. */
  readonly nftables: readonly FirewallObject[] | undefined;
  readonly iptables: readonly IptablesRule[] | undefined;
  /** Names of running programs that manage the table by themselves, such as `keepalived`. */
  readonly managers: readonly string[];
  readonly meant: readonly Meant[];
  /** VIPs that this host was prepared as the director of, and the command that did it. */
  readonly directs: ReadonlyMap<Address, string>;
  /** What could not be looked at, and why: a sentence each. */
  readonly unknown: readonly string[];
}
