import type { Family } from '../../model/address.ts';
import type { Tunnel } from '../../model/destination.ts';

export type TunnelType = Tunnel['type'];

/** A tunnel as a real server receives it: `inner` is the VIP's family, `outer` that of the server's own address. */
export interface TunnelEnd {
  readonly type: TunnelType;
  readonly inner: Family;
  readonly outer: Family;
}

/** The device that takes a tunnel's outer header off. */
export interface TunnelDevice {
  readonly name: string;
  /** What the kernel calls its kind. */
  readonly kind: string;
  readonly modules: readonly string[];
  /** Whether it must be made for one local address: no device takes this from everywhere by itself. */
  readonly ownAddress: boolean;
}

/**
 * The kernel's own catch-all device where there is one. IPv4 in IPv6 has none: `ip6tnl0` takes only IPv6, so that a
 * device for any protocol is made.
 */
export function tunnelDevice({ type, inner, outer }: TunnelEnd): TunnelDevice {
  if (type === 'gre') {
    return outer === 'inet'
      ? { name: 'gre0', kind: 'gre', modules: ['ip_gre'], ownAddress: false }
      : { name: 'ip6gre0', kind: 'ip6gre', modules: ['ip6_gre'], ownAddress: false };
  }
  const receivers = type === 'gue' ? (outer === 'inet' ? ['fou'] : ['fou', 'fou6']) : [];
  const bare = bareDevice(inner, outer);
  return { ...bare, modules: [...receivers, ...bare.modules] };
}

function bareDevice(inner: Family, outer: Family): TunnelDevice {
  if (outer === 'inet') {
    return inner === 'inet'
      ? { name: 'tunl0', kind: 'ipip', modules: ['ipip'], ownAddress: false }
      : { name: 'sit0', kind: 'sit', modules: ['sit'], ownAddress: false };
  }
  return inner === 'inet6'
    ? { name: 'ip6tnl0', kind: 'ip6tnl', modules: ['ip6_tunnel'], ownAddress: false }
    : { name: 'lvs46', kind: 'ip6tnl', modules: ['ip6_tunnel'], ownAddress: true };
}

/** Bytes that the tunnel puts in front of a packet: outer IP header, then GRE, or UDP and GUE, without checksums. */
function tunnelOverhead({ type, outer }: TunnelEnd): number {
  const address = outer === 'inet' ? 20 : 40;
  switch (type) {
    case 'ipip':
      return address;
    case 'gre':
      return address + 4;
    case 'gue':
      return address + 8 + 4;
  }
}

/** What fits through a tunnel over a link: the largest packet, and the largest TCP segment inside it. In bytes. */
export function tunnelSizes(tunnel: TunnelEnd, linkMtu: number): { mtu: number; mss: number } {
  const mtu = linkMtu - tunnelOverhead(tunnel);
  return { mtu, mss: mtu - (tunnel.inner === 'inet' ? 40 : 60) };
}
