import { type Address, familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { isFwmark } from '../../model/service.ts';
import { contains } from '../host/realserver.ts';
import { heldVips, isStandby, vipsOf } from './roles.ts';
import type { Observation, Rule } from './rule.ts';
import { defaultRoute } from './ways.ts';
import { destinationsOf } from './words.ts';

/** The virtual addresses of the table on this host. */
export const ADDRESS_RULES: readonly Rule[] = [
  { name: 'vip-missing', about: 'a service whose address is not on this host', find: vipMissing },
  { name: 'vip-device-down', about: 'an address on a device that is down', find: vipDeviceDown },
  {
    name: 'vip-answered-elsewhere',
    about: 'an address that another host answers for',
    find: answeredElsewhere,
  },
  { name: 'vip-duplicate', about: 'an IPv6 address that another host has, too', find: vipDuplicate },
];

function vipMissing(facts: Facts): Observation[] {
  const elsewhere = mayBeElsewhere(facts);
  return vipsOf(facts).flatMap((vip): Observation[] => {
    const route = facts.routes.get(vip);
    if (route === undefined || route.type === 'local') return [];
    // There, but not (yet) in use: duplicate address detection.
    const own = facts.network.addresses.find(({ address }) => address === vip);
    if (own?.duplicate || own?.tentative) return [];
    const up = directorUp(vip, facts);
    const seen = 'the address of a service is not on this host';
    const why = 'the kernel balances only packets that are for itself, and no client finds the address here';
    if (elsewhere !== undefined) {
      const advice = `nothing to do, unless this host is to have it now: ${up}`;
      return [{ severity: 'hint', subject: vip, seen: `${seen}, ${elsewhere}`, why, fix: [], advice }];
    }
    const known = !up.endsWith('DEVICE');
    return [
      {
        severity: 'error',
        subject: vip,
        seen,
        why,
        fix: known ? [up] : [],
        ...(known ? {} : { advice: `${up}, which is the one that faces the clients` }),
      },
    ];
  });
}

/** The command that puts a VIP here, after it has asked who else has it: the recorded one, or what the table calls for. */
function directorUp(vip: Address, facts: Facts): string {
  const recorded = facts.directs.get(vip);
  if (recorded !== undefined) return recorded;
  const methods = destinationsOf(facts)
    .filter(({ service }) => !isFwmark(service) && service.address === vip)
    .map(({ destination }) => destination.forwarding);
  const mode = methods.includes('masquerade') ? 'nat' : methods.includes('tunnel') ? 'tun' : 'dr';
  return `lvsadm director up --mode ${mode} --vip ${vip} --device ${deviceFor(vip, facts) ?? 'DEVICE'}`;
}

/** Why another director may have the addresses now; `undefined` when nothing speaks for it. */
function mayBeElsewhere(facts: Facts): string | undefined {
  if (isStandby(facts)) return 'which is a backup for connections';
  return facts.managers.includes('keepalived')
    ? 'where keepalived may give it to another director'
    : undefined;
}

/**
 * What is for a local address is taken in by whatever device it comes, so that a device which only holds addresses (as
 * kube-proxy's, which is down on purpose) need not be up; one with a segment, or of a tunnel, is what packets come by.
 */
function vipDeviceDown(facts: Facts): Observation[] {
  const { links, addresses } = facts.network;
  const vips = new Set([...vipsOf(facts), ...heldVips(facts).map(({ vip }) => vip)]);
  return addresses.flatMap(({ address, index }): Observation[] => {
    const link = links.find((candidate) => candidate.index === index);
    if (!vips.has(address) || !link || link.up || link.kind === 'dummy') return [];
    return [
      {
        severity: 'error',
        subject: address,
        seen: `it is on ${link.name}, which is down`,
        why: 'nothing comes in by a device that is down',
        fix: [`ip link set ${link.name} up`],
      },
    ];
  });
}

function answeredElsewhere(facts: Facts): Observation[] {
  return vipsOf(facts).flatMap((vip): Observation[] => {
    const holder = facts.answers.get(vip);
    if (holder === undefined) return [];
    return [
      {
        severity: 'error',
        subject: vip,
        seen: `${holder} answers ARP for it`,
        why: 'clients and routers that hear that host last send their packets to it, past this director',
        fix: [],
        advice: `a real server must keep silent; there: lvsadm realserver up --mode dr --vip ${vip}. Another director must not have the address while this one has it`,
      },
    ];
  });
}

function vipDuplicate(facts: Facts): Observation[] {
  const { links, addresses } = facts.network;
  return vipsOf(facts).flatMap((vip): Observation[] => {
    const duplicate = addresses.find(({ address, duplicate }) => duplicate && address === vip);
    const device = links.find(({ index }) => index === duplicate?.index)?.name;
    if (device === undefined) return [];
    return [
      {
        severity: 'error',
        subject: vip,
        seen: `duplicate address detection found another host with it on the segment of ${device}`,
        why: 'the kernel does not use an address that is a duplicate, so clients reach the other host',
        fix: [`ip addr del ${vip}/128 dev ${device}`, `ip addr add ${vip}/128 dev ${device} preferred_lft 0`],
        advice:
          'first take it from the other host; a real server holds it on lo: lvsadm realserver up --mode dr',
      },
    ];
  });
}

/** Where an address belongs: the device of its network, or the one towards the rest of the world. */
function deviceFor(vip: Address, facts: Facts): string | undefined {
  const { network } = facts;
  const family = familyOf(vip);
  const near = network.addresses.find((own) => own.family === family && contains(own, vip));
  const index = near?.index ?? defaultRoute(facts, family)?.index;
  return network.links.find((link) => link.index === index && !link.loopback)?.name;
}
