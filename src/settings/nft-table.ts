import { literal, object } from '../model/shape.ts';
import { ABSENT, type Kind } from './kind.ts';

/** Our own nftables table, with everything in it that does not depend on a service. */
export interface NftTableSetting {
  readonly kind: 'nft-table';
}

export interface NftTableState {
  /** `foreign`: not as we make it. */
  readonly is: 'present' | 'foreign';
}

export const TABLE = 'lvsadm';
export const PLACE = `inet ${TABLE}`;

/**
 * The table without a service in it. A new connection of a service is given a mark (`classify`), by which it finds its
 * local addresses (`translate`): when it leaves for a real server its destination is no longer the VIP, and conditions
 * on the original one are not read back by nft 1.0.6. `guard` drops what real servers send to a local address whose
 * connections this director does not know yet, where the kernel would reset them.
 *
 * `classify` comes after the firewall marks of fwmark services, which are set at priority mangle.
 */
const SKELETON = `table ${PLACE} {
  comment "made by lvsadm for FULLNAT (man lvsadm-fullnat), which also removes it"
  set local4 { type ipv4_addr; }
  set local6 { type ipv6_addr; }
  map service4 { type inet_proto . ipv4_addr . inet_service : mark; }
  map service6 { type inet_proto . ipv6_addr . inet_service : mark; }
  map fwmark4 { type mark : mark; }
  map fwmark6 { type mark : mark; }
  map pools { type mark : verdict; }
  chain classify {
    type filter hook prerouting priority mangle + 10; policy accept;
    ct state new ct mark set meta l4proto . ip daddr . th dport map @service4
    ct state new ct mark set meta l4proto . ip6 daddr . th dport map @service6
    meta nfproto ipv4 ct state new ct mark set meta mark map @fwmark4
    meta nfproto ipv6 ct state new ct mark set meta mark map @fwmark6
  }
  chain guard {
    type filter hook input priority filter; policy accept;
    ip daddr @local4 ct state new,invalid drop
    ip6 daddr @local6 ct state new,invalid drop
  }
  chain translate {
    type nat hook postrouting priority srcnat; policy accept;
    ct mark vmap @pools
  }
}
`;

/** Names and numbers of rules of the skeleton's chains, by which it is known again. */
export const CHAINS: Readonly<Record<string, number>> = { classify: 4, guard: 2, translate: 1 };
export const SETS: readonly string[] = [
  'local4',
  'local6',
  'service4',
  'service6',
  'fwmark4',
  'fwmark6',
  'pools',
];

const TEXTS = { absent: 'absent', present: 'present', foreign: 'not as lvsadm makes it' } as const;

export const nftTable: Kind<NftTableSetting, NftTableState> = {
  key: () => 'nftables table inet lvsadm',
  wanted: () => ({ is: 'present' }),
  suffices: (_setting, { is }) => is === 'present',
  occupied: (setting, state) =>
    state.is === 'absent'
      ? undefined
      : `${nftTable.key(setting)} is ${nftTable.text(state)}; \`nft delete table ${PLACE}\` removes it`,
  // All of it is ours; a change of it may have been interrupted.
  ours: () => true,
  async read(_setting, { nft }) {
    const content = await nft.read();
    return content ? { is: content.whole ? 'present' : 'foreign' } : ABSENT;
  },
  put: (_setting, { is }, { nft }) => nft.apply(is === 'absent' ? `delete table ${PLACE}\n` : SKELETON),
  text: ({ is }) => TEXTS[is],
  parse: (word) =>
    (['absent', 'present', 'foreign'] as const).flatMap((is) => (TEXTS[is] === word ? [{ is }] : []))[0],
  setting: object({ kind: literal('nft-table') }),
  state: object({ is: literal('present', 'foreign') }),
};
