import { type Address, type Family, familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import type { FoundRoute } from '../../model/network.ts';
import { formatServiceId, isFwmark } from '../../model/service.ts';
import type { Observation, Rule } from './rule.ts';
import {
  destinationsOf,
  nameOf,
  type Placed,
  putDestination,
  removeDestination,
  setSysctl,
  sysctlName,
} from './words.ts';

/** The forwarding method against the way to the real server. */
export const FORWARDING_RULES: readonly Rule[] = [
  { name: 'real-server-unreachable', about: 'no route to a real server', find: unreachable },
  {
    name: 'direct-not-on-segment',
    about: 'direct routing to a real server behind a router',
    find: directNotOnSegment,
  },
  {
    name: 'port-not-translated',
    about: 'direct routing or a tunnel with another port than the service has',
    find: portNotTranslated,
  },
  {
    name: 'masquerade-without-forwarding',
    about: 'NAT while this host does not forward the replies',
    find: masqueradeWithoutForwarding,
  },
  {
    name: 'masquerade-redirects',
    about: 'NAT on one LAN while this host sends redirects',
    find: masqueradeRedirects,
  },
];

function unreachable(facts: Facts): Observation[] {
  return destinationsOf(facts).flatMap((placed) => {
    const { service, destination } = placed;
    const route = facts.routes.get(destination.address);
    if (route === undefined || 'index' in route) return [];
    const found = route.type === 'none' ? 'no route matches' : `the route is of type ${route.type}`;
    return [
      {
        severity: 'error',
        subject: nameOf(placed),
        seen: `${destination.address} cannot be reached: ${found}`,
        why: 'packets of the connections that are scheduled there are dropped',
        mend: [removeDestination(placed)],
        advice: `or add the route: ip route add ${destination.address} via GATEWAY (${formatServiceId(service)} needs it before connections come)`,
      },
    ];
  });
}

function directNotOnSegment(facts: Facts): Observation[] {
  return destinationsOf(facts).flatMap((placed) => {
    const { service, destination } = placed;
    const route = found(facts, destination.address);
    if (destination.forwarding !== 'direct' || route?.type !== 'unicast' || !route.gateway) return [];
    const vip = isFwmark(service) ? 'VIP' : service.address;
    return [
      {
        severity: 'error',
        subject: nameOf(placed),
        seen: `the way to ${destination.address} is by router ${route.gateway}, not on a segment of this host`,
        why: 'direct routing changes nothing but the MAC address, so the router gets a packet to the VIP and sends it back here',
        mend: [putDestination('-e', placed, { forwarding: 'tunnel' })],
        advice: `on the real server then: lvsadm realserver up --mode tun --vip ${vip} --rip ${destination.address}`,
      },
    ];
  });
}

function portNotTranslated(facts: Facts): Observation[] {
  return destinationsOf(facts).flatMap((placed) => {
    const { service, destination } = placed;
    if (destination.forwarding !== 'direct' && destination.forwarding !== 'tunnel') return [];
    // With port 0, and with a mark, each connection has the port that its client chose.
    if (destination.port === 0 || isFwmark(service) || service.port === destination.port) return [];
    const way = destination.forwarding === 'direct' ? 'direct routing' : 'a tunnel';
    const moved = { ...destination, port: service.port };
    return [
      {
        severity: 'error',
        subject: nameOf(placed),
        seen: `port ${destination.port} is written, but by ${way} packets arrive at port ${service.port}`,
        why: 'only NAT can change a port; nobody may listen on the one that packets do arrive at',
        mend: [removeDestination(placed), putDestination('-a', { service, destination: moved })],
        advice: `to have port ${destination.port}, use NAT instead: ${putDestination('-e', placed, { forwarding: 'masquerade' })}`,
      },
    ];
  });
}

function masqueradeWithoutForwarding(facts: Facts): Observation[] {
  const remote = masqueraded(facts);
  const families: readonly Family[] = ['inet', 'inet6'];
  return families.flatMap((family) => {
    const affected = remote.filter(({ destination }) => familyOf(destination.address) === family);
    const global = family === 'inet' ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding';
    // IPv4 asks the device that a packet comes in by, IPv6 only for all.
    const devices = family === 'inet' ? devicesOf(facts, affected) : [];
    const paths = [global, ...devices.map((name) => `net/ipv4/conf/${name}/forwarding`)];
    const off = facts.settings.get(global) === '0' ? [global] : paths;
    return off
      .filter((path) => affected.length > 0 && facts.settings.get(path) === '0')
      .map(
        (path): Observation => ({
          severity: 'error',
          subject: sysctlName(path),
          seen: `it is 0, and ${nameSome(affected)} by NAT`,
          why: 'the replies of the real servers come to this host to be forwarded, and are dropped',
          mend: [setSysctl(path, 1)],
        }),
      );
  });
}

function masqueradeRedirects(facts: Facts): Observation[] {
  const way = facts.network.routes.find(
    ({ family, prefixLength }) => family === 'inet' && prefixLength === 0,
  );
  const clientSide = facts.network.links.find(({ index }) => index === way?.index)?.name;
  const affected = masqueraded(facts).filter(({ destination }) => familyOf(destination.address) === 'inet');
  if (clientSide === undefined || !devicesOf(facts, affected).includes(clientSide)) return [];
  const on = ['all', clientSide]
    .map((name) => `net/ipv4/conf/${name}/send_redirects`)
    .filter((path) => facts.settings.get(path) === '1');
  if (on.length === 0) return [];
  return [
    {
      severity: 'warning',
      subject: clientSide,
      seen: `real servers of NAT and the way to the clients are both on ${clientSide}, and ${on.map(sysctlName).join(' and ')} ${on.length === 1 ? 'is' : 'are'} 1`,
      why: 'a redirect teaches a real server a way to the client that leaves the director out, and the client does not know the answer',
      mend: on.map((path) => setSysctl(path, 0)),
    },
  ];
}

/** Destinations of NAT on other hosts. */
function masqueraded(facts: Facts): Placed[] {
  return destinationsOf(facts).filter(
    ({ destination }) =>
      destination.forwarding === 'masquerade' && found(facts, destination.address)?.type === 'unicast',
  );
}

/** The route to an address, where there is one. */
function found({ routes }: Facts, address: Address): FoundRoute | undefined {
  const route = routes.get(address);
  return route && 'index' in route ? route : undefined;
}

/** Names of the devices that lead to destinations. */
function devicesOf(facts: Facts, placed: readonly Placed[]): string[] {
  const indices = new Set(placed.map(({ destination }) => found(facts, destination.address)?.index));
  return facts.network.links.filter(({ index }) => indices.has(index)).map(({ name }) => name);
}

function nameSome(placed: readonly Placed[]): string {
  const more = placed.length - 1;
  return `${nameOf(placed[0]!)}${more > 0 ? ` and ${more} more are` : ' is'}`;
}
