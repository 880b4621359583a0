import type { Link, Network } from '../../model/network.ts';
import type { Need } from '../../settings/index.ts';

/**
 * Keeps a host that holds an IPv4 VIP silent about it. The kernel answers ARP for any of its addresses on any device,
 * and asks in the name of any; both are decided by the device that the question goes through, so the settings belong
 * on the devices that do ARP, and on none else. (On `lo`, where many recipes put them, they do nothing.) A device that
 * is down may come up at any time; one that appears later begins with the values of `default`, which the kernel also
 * copies to devices that nobody has set (net/ipv4/devinet.c, devinet_copy_dflt_conf): hence last, and with all of them.
 */
export function arpSilence(network: Network): Need[] {
  const { links } = network;
  const silenced = links.filter(
    (link) => link.resolves && !isPort(link.master, links) && !leadsToContainers(link, network),
  );
  const others = links.filter((link) => !silenced.includes(link)).map(({ name }) => name);
  return [
    ...silenced.flatMap(({ name }) => silence(name, `that come in on ${name}`)),
    ...(containerLinks(network).length === 0
      ? silence('default', 'on devices that appear later', others)
      : []),
  ];
}

function silence(name: string, where: string, others: readonly string[] = []): Need[] {
  const alongside = (file: string) =>
    others.length > 0 ? { alongside: others.map((other) => `net/ipv4/conf/${other}/${file}`) } : {};
  return [
    {
      setting: {
        kind: 'sysctl',
        path: `net/ipv4/conf/${name}/arp_ignore`,
        value: '1',
        // 3 to 7 would answer for an address of global scope.
        accepts: ['1', '2', '8'],
        largerOf: 'net/ipv4/conf/all/arp_ignore',
        ...alongside('arp_ignore'),
      },
      why: `ARP questions for the VIP ${where} are the director's to answer`,
    },
    {
      setting: {
        kind: 'sysctl',
        path: `net/ipv4/conf/${name}/arp_announce`,
        value: '2',
        accepts: ['2'],
        largerOf: 'net/ipv4/conf/all/arp_announce',
        ...alongside('arp_announce'),
      },
      why: `a question of our own with the VIP as its sender would draw the VIP's traffic here past the director`,
    },
  ];
}

/** Devices that must go on answering for addresses of other devices, since containers find this host by them. */
export function containerLinks(network: Network): Link[] {
  return network.links.filter((link) => leadsToContainers(link, network));
}

/**
 * A veth or tap without an IPv4 address of its own and with routes to what is behind it: that asks for an address which
 * this host has elsewhere, and `arp_ignore` 1 would leave it without an answer.
 */
function leadsToContainers({ kind, index }: Link, { addresses, routes }: Network): boolean {
  if (kind !== 'veth' && kind !== 'tun') return false;
  if (addresses.some((own) => own.index === index && own.family === 'inet')) return false;
  return routes.some((route) => route.index === index && route.family === 'inet' && route.prefixLength > 1);
}

/** Questions that come in on a port of a bridge or bond are the bridge's; a VRF's members do ARP themselves. */
function isPort(master: number, links: Network['links']): boolean {
  const found = links.find(({ index }) => index === master);
  return found !== undefined && found.kind !== 'vrf';
}
