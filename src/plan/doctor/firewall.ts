import { type Family, familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { formatServiceId, isFwmark } from '../../model/service.ts';
import { opening } from '../firewall/opening.ts';
import {
  address,
  onward,
  type Passage,
  packet,
  reply,
  request,
  type Surroundings,
} from '../firewall/passage.ts';
import type { Chain, FilterPacket } from '../firewall/rule.ts';
import { judge, readChains } from '../firewall/verdict.ts';
import { heldVips } from './roles.ts';
import type { Observation, Rule } from './rule.ts';
import { isRemote, wayTo } from './ways.ts';
import { destinationsOf, nameOf } from './words.ts';

/**
 * What this host's own firewall does to its services. Only what is certainly dropped is found: rules that are not
 * understood, and conditions on clients, which may be anybody, are never taken for a fault.
 */
export const FIREWALL_RULES: readonly Rule[] = [
  {
    name: 'firewall-drops-service',
    about: 'a firewall on this host that drops what a service needs',
    find: dropsService,
  },
  {
    name: 'firewall-drops-tunnel',
    about: 'a firewall on this real server that drops what comes through the tunnel',
    find: dropsTunnel,
  },
];

function dropsService(facts: Facts): Observation[] {
  const chains = readChains(facts);
  if (chains.length === 0) return [];
  const around = surroundings(facts);
  const dropped = (subject: string, passage: Passage): Observation[] => {
    return droppingChains(chains, passage).map((chain) => ({
      severity: 'error',
      subject,
      seen: `the firewall on this host drops ${passage.packets}: ${chain.name}`,
      why: 'clients of the service get no answer',
      ...opening(chain, chains, passage.packet),
    }));
  };
  const requests = (facts.table?.services ?? [])
    .filter((service) => service.destinations.length > 0 && !isFwmark(service))
    .flatMap((service) => dropped(formatServiceId(service), request(service, around)));
  const others = destinationsOf(facts)
    .filter((placed) => isRemote(facts, placed))
    .flatMap((placed) => {
      const { service, destination } = placed;
      const device = deviceTo(facts, destination.address);
      return [
        ...dropped(nameOf(placed), onward(service, destination, device, around)),
        ...(destination.forwarding === 'masquerade'
          ? dropped(nameOf(placed), reply(service, destination, device, around))
          : []),
      ];
    });
  return [...requests, ...others, ...dropsHeld(facts, chains)];
}

/** On a real server it is not known which ports are served: what drops all to the VIP is found. */
function dropsHeld(facts: Facts, chains: readonly Chain[]): Observation[] {
  return heldVips(facts).flatMap(({ vip, certain }): Observation[] => {
    const seen: FilterPacket = packet(familyOf(vip), {
      protocol: ['tcp', 'udp', 'sctp'],
      daddr: address(vip),
      state: ['new'],
    });
    const [chain] = judge(chains, 'input', seen).dropping;
    if (!certain || !chain) return [];
    return [
      {
        severity: 'error',
        subject: vip,
        seen: `the firewall on this host drops everything to the VIP: ${chain.name}`,
        why: 'what the director sends here is not answered',
        ...opening(chain, chains, packet(seen.family, { daddr: address(vip) })),
      },
    ];
  });
}

/** What the kernel calls devices that unpack, to the protocols of what comes in: a header that UDP may be around. */
const OUTER: Readonly<Record<string, { readonly family: Family; readonly protocol: string }>> = {
  ipip: { family: 'inet', protocol: 'ipip' },
  sit: { family: 'inet', protocol: 'ipv6' },
  gre: { family: 'inet', protocol: 'gre' },
};

function dropsTunnel(facts: Facts): Observation[] {
  const chains = readChains(facts);
  const { devices } = surroundings(facts);
  const links = [...new Set(heldVips(facts).map(({ link }) => link))];
  return links.flatMap((link): Observation[] => {
    const outer = OUTER[link.kind];
    if (!outer || !link.up) return [];
    const passing = packet(outer.family, {
      protocol: [outer.protocol, 'udp'],
      state: ['new'],
      iif: devices.filter((name) => name !== link.name),
    });
    const [chain] = judge(chains, 'input', passing).dropping;
    if (!chain) return [];
    const { fix, advice } = opening(chain, chains, packet(outer.family, { protocol: [outer.protocol] }));
    return [
      {
        severity: 'error',
        subject: link.name,
        seen: `the firewall on this host drops packets of protocol ${outer.protocol}: ${chain.name}`,
        why: 'what the director sends comes in such packets, so that nothing reaches the VIP',
        fix,
        advice: `${advice}; with GUE it is the UDP port of the tunnel that must be let in`,
      },
    ];
  });
}

function droppingChains(chains: readonly Chain[], { hooks, packet }: Passage): readonly Chain[] {
  return hooks.flatMap(({ hook, before }) => judge(chains, hook, packet, before).dropping);
}

function surroundings({ settings, network }: Facts): Surroundings {
  const tracking = settings.get('net/ipv4/vs/conntrack');
  return {
    tracked: tracking === undefined ? undefined : tracking === '1',
    devices: network.links.filter(({ loopback }) => !loopback).map(({ name }) => name),
  };
}

function deviceTo(facts: Facts, to: string): string | undefined {
  const index = wayTo(facts, to)?.index;
  return facts.network.links.find((link) => link.index === index)?.name;
}
