import type { Network } from '../../model/network.ts';
import type { Need } from '../../settings/index.ts';

/**
 * Keeps a host that holds an IPv4 VIP silent about it. The kernel answers ARP for any of its addresses on any device,
 * and asks in the name of any; both are decided by the device that the question goes through, so the settings belong
 * on the devices that do ARP, and on none else. (On `lo`, where many recipes put them, they do nothing.)
 */
export function arpSilence({ links }: Network): Need[] {
  return links
    .filter((link) => link.up && link.resolves && !isPort(link.master, links))
    .flatMap(({ name }): Need[] => [
      {
        setting: {
          kind: 'sysctl',
          path: `net/ipv4/conf/${name}/arp_ignore`,
          value: '1',
          // 3 to 7 would answer for an address of global scope.
          accepts: ['1', '2', '8'],
          largerOf: 'net/ipv4/conf/all/arp_ignore',
        },
        why: `ARP questions for the VIP that come in on ${name} are the director's to answer`,
      },
      {
        setting: {
          kind: 'sysctl',
          path: `net/ipv4/conf/${name}/arp_announce`,
          value: '2',
          accepts: ['2'],
          largerOf: 'net/ipv4/conf/all/arp_announce',
        },
        why: `a question of our own with the VIP as its sender would draw the VIP's traffic here past the director`,
      },
    ]);
}

/** Questions that come in on a port of a bridge or bond are the bridge's; a VRF's members do ARP themselves. */
function isPort(master: number, links: Network['links']): boolean {
  const found = links.find(({ index }) => index === master);
  return found !== undefined && found.kind !== 'vrf';
}
