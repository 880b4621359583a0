import { familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { serviceFamily } from '../../model/service.ts';
import { tunnelSizes } from '../host/tunnel.ts';
import { vipsOf } from './roles.ts';
import type { Observation, Rule } from './rule.ts';
import { clientDevice, isRemote, wayTo } from './ways.ts';
import {
  destinationsOf,
  nameGroup,
  nameOf,
  type Placed,
  putDestination,
  removeDestination,
} from './words.ts';

/** Tunnels to real servers. */
export const TUNNEL_RULES: readonly Rule[] = [
  { name: 'tunnel-without-room', about: 'a tunnel without room for its header', find: withoutRoom },
  { name: 'tunnel-from-vip', about: 'a tunnel whose packets have the VIP as their source', find: fromVip },
];

function tunnelled(facts: Facts): Placed[] {
  return destinationsOf(facts).filter(
    (placed) => placed.destination.forwarding === 'tunnel' && isRemote(facts, placed),
  );
}

/** One finding for all tunnels of a kind that have the same room. */
function withoutRoom(facts: Facts): Observation[] {
  const clientDevices = new Map((facts.table?.services ?? []).map((one) => [one, clientDevice(facts, one)]));
  const groups = new Map<string, Placed[]>();
  const observations = new Map<string, Omit<Observation, 'subject'>>();
  for (const placed of tunnelled(facts)) {
    const { service, destination } = placed;
    const way = wayTo(facts, destination.address);
    const link = facts.network.links.find(({ index }) => index === way?.index);
    const clients = clientDevices.get(service);
    if (!link || !clients) continue;
    const end = {
      type: destination.tunnel.type,
      inner: serviceFamily(service),
      outer: familyOf(destination.address),
    };
    const outer = way?.mtu ?? link.mtu;
    const { mtu, mss } = tunnelSizes(end, outer);
    if (mtu >= clients.mtu) continue;
    const seen = `clients’ packets of up to ${clients.mtu} bytes come in by ${clients.name}, and ${mtu} fit through the tunnel (${outer} by ${link.name})`;
    const advice = `have the real server ask for segments of at most ${mss} bytes (\`advmss ${mss}\` on its route to the clients); or, if all of the way can carry them: ip link set ${link.name} mtu ${clients.mtu + outer - mtu}`;
    const why =
      'larger packets are refused with ICMP “too big”; a client that it does not reach hangs when it sends much';
    const key = `${seen} ${advice}`;
    observations.set(key, { severity: 'hint', seen, why, fix: [], advice });
    const group = groups.get(key);
    if (group) group.push(placed);
    else groups.set(key, [placed]);
  }
  return [...observations].map(([key, rest]) => ({ subject: nameGroup(groups.get(key)!), ...rest }));
}

/** The real server has that address, and takes no packet that comes from it. */
function fromVip(facts: Facts): Observation[] {
  const vips = vipsOf(facts);
  return tunnelled(facts).flatMap((placed): Observation[] => {
    const source = wayTo(facts, placed.destination.address)?.source;
    if (source === undefined || !vips.includes(source)) return [];
    const holder = facts.network.addresses.find(({ address }) => address === source);
    const device = facts.network.links.find(({ index }) => index === holder?.index)?.name;
    const inet6 = familyOf(source) === 'inet6';
    return [
      {
        severity: 'error',
        subject: nameOf(placed),
        seen: `this host’s own packets to ${placed.destination.address} come from ${source}, which is a VIP`,
        why: 'the real server has this address, too, and drops what comes from it',
        fix:
          inet6 && device !== undefined
            ? [
                `ip addr change ${source}/${holder?.prefixLength} dev ${device} preferred_lft 0`,
                // The kernel keeps the route of a destination, with its source.
                removeDestination(placed),
                putDestination('-a', placed),
              ]
            : [],
        ...(inet6
          ? {}
          : {
              advice: `give ${device ?? 'the device'} an address of its own before the VIP, then add the destination anew`,
            }),
      },
    ];
  });
}
