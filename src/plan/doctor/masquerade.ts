import { FAMILIES, type Family } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { formatServiceId } from '../../model/service.ts';
import type { Observation, Rule } from './rule.ts';
import { clientDevice, defaultRoute, devicesTo, isOfFamily, isRemote, wayTo } from './ways.ts';
import {
  destinationsOf,
  editService,
  nameOf,
  nameSome,
  type Placed,
  serviceWords,
  setSysctl,
  sysctlName,
} from './words.ts';

/** NAT, whose replies must come back through this host. */
export const MASQUERADE_RULES: readonly Rule[] = [
  {
    name: 'masquerade-without-forwarding',
    about: 'NAT while this host does not forward the replies',
    find: withoutForwarding,
  },
  {
    name: 'masquerade-redirects',
    about: 'NAT on one LAN while this host sends redirects',
    find: redirects,
  },
  {
    name: 'masquerade-behind-router',
    about: 'NAT to a real server whose replies a router may send elsewhere',
    find: behindRouter,
  },
  {
    name: 'masquerade-among-clients',
    about: 'NAT to a real server that can reach clients without this host',
    find: amongClients,
  },
  {
    name: 'masquerade-one-packet',
    about: 'NAT together with one-packet scheduling',
    find: onePacket,
  },
];

function withoutForwarding(facts: Facts): Observation[] {
  const families: readonly Family[] = FAMILIES;
  return families.flatMap((family) => {
    const affected = masqueraded(facts).filter((placed) => isOfFamily(placed, family));
    if (affected.length === 0) return [];
    const global = family === 'inet' ? 'net/ipv4/ip_forward' : 'net/ipv6/conf/all/forwarding';
    // IPv4 asks the device that a packet comes in by, IPv6 only for all.
    const devices = family === 'inet' ? devicesTo(facts, affected) : [];
    const paths = [global, ...devices.map(({ name }) => `net/ipv4/conf/${name}/forwarding`)];
    const off = facts.settings.get(global) === '0' ? [global] : paths;
    return off
      .filter((path) => facts.settings.get(path) === '0')
      .map(
        (path): Observation => ({
          severity: 'error',
          subject: sysctlName(path),
          seen: `it is 0, and ${nameSome(affected)} by NAT`,
          why: 'the replies of the real servers come to this host to be forwarded, and are dropped',
          fix: [setSysctl(path, 1)],
        }),
      );
  });
}

function redirects(facts: Facts): Observation[] {
  const affected = withClientAddress(facts).filter((placed) => isOfFamily(placed, 'inet'));
  const clientSide = defaultRoute(facts, 'inet')?.index;
  const device = devicesTo(facts, affected).find(({ index }) => index === clientSide)?.name;
  const on = ['all', device]
    .map((name) => `net/ipv4/conf/${name}/send_redirects`)
    .filter((path) => device !== undefined && facts.settings.get(path) === '1');
  if (device === undefined || on.length === 0) return [];
  return [
    {
      severity: 'warning',
      subject: device,
      seen: `real servers of NAT and the way to the clients are both on ${device}, and ${on.map(sysctlName).join(' and ')} ${on.length === 1 ? 'is' : 'are'} 1`,
      why: 'a redirect teaches a real server a way to the client that leaves the director out, and the client does not know the answer',
      fix: on.map((path) => setSysctl(path, 0)),
    },
  ];
}

const RETURN =
  'a reply that does not pass this host has the real server’s address, which the client did not ask';

function behindRouter(facts: Facts): Observation[] {
  return withClientAddress(facts).flatMap((placed): Observation[] => {
    const { destination, service } = placed;
    const gateway = wayTo(facts, destination.address)?.gateway;
    if (gateway === undefined) return [];
    const outward = defaultRoute(facts, isOfFamily(placed, 'inet') ? 'inet' : 'inet6')?.gateway === gateway;
    return [
      {
        severity: outward ? 'warning' : 'hint',
        subject: nameOf(placed),
        seen: `the way to ${destination.address} is by router ${gateway}${outward ? ', which leads to the clients, too' : ''}`,
        why: RETURN,
        fix: [],
        advice: `make sure that routers send replies of ${destination.address} back here, or have it see an address of this host in the place of the client’s: ${enableFullnat(service)}`,
      },
    ];
  });
}

function amongClients(facts: Facts): Observation[] {
  return (facts.table?.services ?? []).flatMap((service): Observation[] => {
    const side = clientDevice(facts, service);
    const near = service.destinations.filter((destination) => {
      const way = wayTo(facts, destination.address);
      return (
        answersClient(facts, { service, destination }) &&
        way?.gateway === undefined &&
        way?.index === side?.index
      );
    });
    if (side === undefined || near.length === 0) return [];
    return [
      {
        severity: 'hint',
        subject: formatServiceId(service),
        seen: `its clients come in by ${side.name}, and ${near.length} of its real servers are on that segment`,
        why: `clients on the segment are answered directly, and are not served: ${RETURN}`,
        fix: [],
        advice: `if there are such clients: ${enableFullnat(service)}`,
      },
    ];
  });
}

/** Since the kernel forgets the packet at once, it cannot know its reply. */
function onePacket(facts: Facts): Observation[] {
  return (facts.table?.services ?? [])
    .filter((service) => service.onePacket && service.destinations.some(isMasqueraded))
    .map((service) => ({
      severity: 'error',
      subject: formatServiceId(service),
      seen: 'its packets are scheduled one by one (-o), and it has real servers by NAT',
      why: 'no connection is remembered, so a reply goes out with the real server’s own address',
      fix: [editService(service, { onePacket: false })],
      advice: 'or use direct routing or a tunnel, which go together with it',
    }));
}

/** Destinations of NAT on other hosts. */
function masqueraded(facts: Facts): Placed[] {
  return destinationsOf(facts).filter(
    (placed) => isMasqueraded(placed.destination) && isRemote(facts, placed),
  );
}

/** Those that see the client's address, and answer to it. */
function withClientAddress(facts: Facts): Placed[] {
  return destinationsOf(facts).filter((placed) => answersClient(facts, placed));
}

/** Kubernetes' programs have their own rules that put an address of this host in the client's place. */
const TRANSLATORS = ['kube-proxy', 'kube-router'];

function answersClient(facts: Facts, placed: Placed): boolean {
  if (facts.fullnat.has(formatServiceId(placed.service))) return false;
  if (facts.managers.some((name) => TRANSLATORS.includes(name))) return false;
  return isMasqueraded(placed.destination) && isRemote(facts, placed);
}

function isMasqueraded({ forwarding }: Placed['destination']): boolean {
  return forwarding === 'masquerade';
}

function enableFullnat(service: Placed['service']): string {
  return `lvsadm fullnat enable ${serviceWords(service)} --local-address ADDRESS`;
}
