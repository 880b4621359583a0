import type { Facts } from '../../model/facts.ts';
import { formatServiceId, isFwmark } from '../../model/service.ts';
import type { Observation, Rule } from './rule.ts';
import { neighbourTable, wayTo } from './ways.ts';
import { destinationsOf, nameOf, putDestination, removeDestination } from './words.ts';

/** The forwarding method against the way to the real server. */
export const FORWARDING_RULES: readonly Rule[] = [
  { name: 'real-server-unreachable', about: 'no route to a real server', find: unreachable },
  { name: 'real-server-silent', about: 'a real server that does not answer on its segment', find: silent },
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
];

function unreachable(facts: Facts): Observation[] {
  return destinationsOf(facts).flatMap((placed) => {
    const { service, destination } = placed;
    const route = facts.routes.get(destination.address);
    if (destination.weight === 0 || route === undefined || 'index' in route) return [];
    const found = route.type === 'none' ? 'no route matches' : `the route is of type ${route.type}`;
    return [
      {
        severity: 'error',
        subject: nameOf(placed),
        seen: `${destination.address} cannot be reached: ${found}`,
        why: 'packets of the connections that are scheduled there are dropped',
        fix: [putDestination('-e', placed, { weight: 0 })],
        advice: `or add the route: ip route add ${destination.address} via GATEWAY (${formatServiceId(service)} needs it before connections come)`,
      },
    ];
  });
}

function silent(facts: Facts): Observation[] {
  const neighbour = neighbourTable(facts);
  return destinationsOf(facts).flatMap((placed): Observation[] => {
    const { address, weight } = placed.destination;
    const way = wayTo(facts, address);
    if (weight === 0 || way?.type !== 'unicast' || way.gateway !== undefined) return [];
    const isSilent = facts.answers.has(address) && facts.answers.get(address) === undefined;
    if (!isSilent && neighbour(way, address)?.state !== 'failed') return [];
    const device = facts.network.links.find(({ index }) => index === way.index)?.name;
    return [
      {
        severity: 'warning',
        subject: nameOf(placed),
        seen: `nobody answers for ${address} on the segment of ${device}`,
        why: 'connections that are scheduled there are lost',
        fix: [putDestination('-e', placed, { weight: 0 })],
        advice: 'then see to that host; lvsadm ramp brings it back',
      },
    ];
  });
}

function directNotOnSegment(facts: Facts): Observation[] {
  return destinationsOf(facts).flatMap((placed) => {
    const { service, destination } = placed;
    const route = wayTo(facts, destination.address);
    if (destination.forwarding !== 'direct' || route?.type !== 'unicast' || !route.gateway) return [];
    const vip = isFwmark(service) ? 'VIP' : service.address;
    return [
      {
        severity: 'error',
        subject: nameOf(placed),
        seen: `the way to ${destination.address} is by router ${route.gateway}, not on a segment of this host`,
        why: 'direct routing changes nothing but the MAC address, so the router gets a packet to the VIP and sends it back here',
        fix: [putDestination('-e', placed, { forwarding: 'tunnel' })],
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
        fix: [removeDestination(placed), putDestination('-a', { service, destination: moved })],
        advice: `to have port ${destination.port}, use NAT instead: ${putDestination('-e', placed, { forwarding: 'masquerade' })}`,
      },
    ];
  });
}
