import type { Address } from '../../model/address.ts';
import { familyOf } from '../../model/address.ts';
import type { Network } from '../../model/network.ts';
import { containerLinks } from './arp.ts';
import type { Director } from './director.ts';
import { type RealServer, tunnelEnd } from './realserver.ts';
import type { Step } from './steps.ts';
import { tunnelSizes } from './tunnel.ts';

/** What to know about a real server besides what can be set here: sentences for the operator. */
export function adviseRealServer(server: RealServer, network: Network): string[] {
  switch (server.mode) {
    case 'nat':
      return [
        'clients on this host’s own network would be answered directly and are not served: they need another mode',
      ];
    case 'dr':
      return [
        'the service must listen on the VIP (or on all addresses) and on the very port that clients use',
        ...(server.alsoDirector
          ? [
              'of two hosts that are director and real server both, only the one that has the VIP on its network may have services: the other one would balance what was sent to it once more, back and forth; `lvsadm apply` when it takes over, `lvsadm -C` when it gives up',
            ]
          : []),
        ...adviseSilence(server.vip, network),
      ];
    case 'tun':
      return [...adviseTunnel(server, network), ...adviseSilence(server.vip, network)];
  }
}

/** What silence about a VIP leaves out. */
function adviseSilence(vip: Address, network: Network): string[] {
  const names = containerLinks(network).map(({ name }) => name);
  if (familyOf(vip) === 'inet6' || names.length === 0) return [];
  const shown =
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
  return [
    `${shown}: ARP settings stay as they are, since containers find this host by them; for the same reason a device that appears later is not silenced by itself: run \`up\` again when you add one on a network of the VIP`,
  ];
}

function adviseTunnel(server: Extract<RealServer, { mode: 'tun' }>, network: Network): string[] {
  const { vip, tunnel, port, rip } = server;
  const end = tunnelEnd(vip, tunnel, rip);
  const linkMtu = outerMtu(rip, network);
  const { mtu, mss } = tunnelSizes(end, linkMtu);
  const type =
    tunnel === 'ipip' ? '' : ` --tun-type ${tunnel}${port === undefined ? '' : ` --tun-port ${port}`}`;
  const name = rip ?? 'RIP';
  const shown = familyOf(vip) === 'inet6' ? `[${vip}]` : vip;
  const destination = rip !== undefined && familyOf(rip) === 'inet6' ? `[${name}]` : name;
  return [
    `on the director: lvsadm -a -t ${shown}:PORT -r ${destination}:PORT -i${type}`,
    `through this tunnel packets of up to ${mtu} bytes fit over a link of ${linkMtu}: have clients send TCP segments of at most ${mss} bytes (\`advmss ${mss}\` on this host’s route to them), or let ICMP “too big” from the VIP reach them`,
    'forwarding (ip_forward) is not needed here: what comes out of the tunnel is for this host',
  ];
}

/** MTU of the device that has the server's own address; without one, the least of the devices with neighbours. */
function outerMtu(rip: Address | undefined, { links, addresses }: Network): number {
  const index = addresses.find(({ address }) => address === rip)?.index;
  const own = links.find((link) => link.index === index);
  if (own) return own.mtu;
  const mtus = links.filter(({ up, resolves }) => up && resolves).map(({ mtu }) => mtu);
  return mtus.length === 0 ? 1500 : Math.min(...mtus);
}

/** What could not be looked at: modules, where this system has no list of them. */
export function adviseModules(steps: readonly Step[]): string[] {
  const names = steps.flatMap(({ setting, before }) =>
    setting.kind === 'module' && before.is === 'unknown' ? [setting.name] : [],
  );
  if (names.length === 0) return [];
  return [
    `this system has no list of its kernel's modules (/lib/modules), so whether ${names.join(', ')} can be had shows only when it is used`,
  ];
}

/** What to know about a director besides what can be set here. */
export function adviseDirector({ mode }: Director): string[] {
  switch (mode) {
    case 'nat':
      return [
        'each real server must send its replies back here: lvsadm realserver up --mode nat --director ADDRESS',
      ];
    case 'dr':
      return [
        'real servers share a network with this host and use the clients’ port: lvsadm realserver up --mode dr --vip ADDRESS',
      ];
    case 'tun':
      return [
        'real servers may be anywhere: lvsadm realserver up --mode tun --vip ADDRESS; allow for the tunnel’s header in the MTU',
      ];
  }
}
