import { familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { effectiveValue, type SysctlSetting } from '../../settings/index.ts';
import { arpSilence } from '../host/arp.ts';
import { type HeldVip, heldVips, vipsOf } from './roles.ts';
import type { Observation, Rule } from './rule.ts';
import { setSysctl } from './words.ts';

/** What a real server owes its director. */
export const REAL_SERVER_RULES: readonly Rule[] = [
  { name: 'real-server-without-vip', about: 'a real server that does not have the VIP', find: withoutVip },
  {
    name: 'real-server-shows-vip',
    about: 'a real server with the VIP on a device that has neighbours',
    find: showsVip,
  },
  {
    name: 'real-server-answers-arp',
    about: 'a real server that answers ARP for the VIP',
    find: (facts) => notSilent(facts, 'arp_ignore'),
  },
  {
    name: 'real-server-asks-as-vip',
    about: 'a real server that sends ARP in the name of the VIP',
    find: (facts) => notSilent(facts, 'arp_announce'),
  },
  {
    name: 'replies-miss-director',
    about: 'a real server of NAT whose replies do not go through the director',
    find: repliesMissDirector,
  },
];

function withoutVip({ meant, routes }: Facts): Observation[] {
  return meant.flatMap(({ mode, address, up }): Observation[] => {
    const route = routes.get(address);
    if (mode === 'nat' || route === undefined || route.type === 'local') return [];
    return [
      {
        severity: 'error',
        subject: address,
        seen: 'this host is a real server of it, and does not have the address',
        why: 'the director’s packets still have the VIP as their destination, and are not taken as this host’s own',
        fix: [up],
      },
    ];
  });
}

/** Whatever is set of ARP: of the device's own addresses it tells. */
function showsVip(facts: Facts): Observation[] {
  const { meant, network } = facts;
  const served = vipsOf(facts);
  return meant.flatMap(({ mode, address, up }): Observation[] => {
    const held = network.addresses.find((own) => own.address === address);
    const link = network.links.find(({ index }) => index === held?.index);
    if (mode === 'nat' || !held || !link?.resolves || served.includes(address)) return [];
    return [
      {
        severity: 'error',
        subject: address,
        seen: `this host is a real server of it, and has it on ${link.name}`,
        why: 'a host tells its neighbours of every address on their device, so that clients find the VIP here and pass the director by',
        fix: [`ip addr del ${address}/${held.prefixLength} dev ${link.name}`, up],
      },
    ];
  });
}

const ARP = {
  arp_ignore: 'clients and routers find the VIP here and pass the director by',
  arp_announce: 'a question with the VIP as its sender draws the VIP’s traffic here, past the director',
};

function notSilent(facts: Facts, name: keyof typeof ARP): Observation[] {
  const held = heldVips(facts).filter(({ vip }) => familyOf(vip) === 'inet');
  if (held.length === 0) return [];
  // What `up` sets beside these is for later: a device that is down answers nobody.
  const paths = facts.network.links
    .filter(({ up }) => up)
    .map((link) => `net/ipv4/conf/${link.name}/${name}`);
  const loud = arpSilence(facts.network)
    .map(({ setting }) => setting)
    .filter((setting) => setting.kind === 'sysctl')
    .filter(({ path }) => paths.includes(path))
    .flatMap((setting) => {
      const value = effective(facts, setting);
      return value === undefined || setting.accepts.includes(value) ? [] : [{ setting, value }];
    });
  if (loud.length === 0) return [];
  const vips = held.map(({ vip }) => vip).join(', ');
  const certain = held.some((candidate) => candidate.certain);
  const values = loud.map(({ setting, value }) => `${value} on ${setting.path.split('/')[3]}`);
  return [
    {
      severity: certain ? 'error' : 'warning',
      subject: vips,
      seen: `${certain ? '' : 'if this is a VIP: '}${name} is in effect ${values.join(', ')}`,
      why: ARP[name],
      fix: fixesOf(held) ?? loud.map(({ setting: { path, value } }) => setSysctl(path, value)),
    },
  ];
}

function repliesMissDirector({ meant, replies, routes }: Facts): Observation[] {
  return meant.flatMap(({ mode, address, up }): Observation[] => {
    const [route, far] = [routes.get(address), replies.get(address)];
    if (mode !== 'nat' || route === undefined || far === undefined) return [];
    const direct = 'index' in route && route.type === 'unicast' && route.gateway === undefined;
    const ways = [...new Set(far.map((reply) => ('index' in reply ? reply.gateway : undefined)))];
    if (direct && ways.every((gateway) => gateway === address)) return [];
    const why = 'the client gets an answer from an address that it did not ask, and drops it';
    if (!direct) {
      return [
        {
          severity: 'warning',
          subject: address,
          seen: 'the director is not on a segment of this host',
          why,
          fix: [],
          advice:
            'every router on the way to the clients must send replies to the director; or use FULLNAT or a tunnel',
        },
      ];
    }
    return [
      {
        severity: 'error',
        subject: address,
        seen: `replies to far clients go by ${ways.map((gateway) => gateway ?? 'no gateway').join(' and ')}, not by the director`,
        why,
        fix: [up.includes('--set-gateway') ? up : `${up} --set-gateway`],
      },
    ];
  });
}

/** The commands that prepare these, if all are on record or named. */
function fixesOf(held: readonly HeldVip[]): string[] | undefined {
  const commands = held.map(({ meant }) => meant?.up);
  return commands.every((command) => command !== undefined) ? [...new Set(commands)] : undefined;
}

function effective({ settings }: Facts, setting: SysctlSetting): string | undefined {
  const value = settings.get(setting.path);
  const other = setting.largerOf === undefined ? undefined : settings.get(setting.largerOf);
  return value === undefined
    ? undefined
    : effectiveValue(setting, { is: 'value', value, ...(other === undefined ? {} : { other }) });
}
