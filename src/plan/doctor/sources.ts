import { familyOf } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import type { Link } from '../../model/network.ts';
import { effectiveValue, type SysctlSetting } from '../../settings/index.ts';
import { heldVips, vipsOf } from './roles.ts';
import type { Observation, Rule } from './rule.ts';
import { defaultRoute } from './ways.ts';
import { setSysctl } from './words.ts';

/** The kernel's check of packets' sources (rp_filter): strict drops what comes in by another device than it would leave by. */
export const SOURCE_RULES: readonly Rule[] = [
  {
    name: 'clients-strict-source',
    about: 'a director that drops clients’ packets for their source',
    find: ofClients,
  },
  {
    name: 'tunnel-strict-source',
    about: 'a real server that drops what comes out of the tunnel for its source',
    find: fromTunnels,
  },
  {
    name: 'direct-strict-source',
    about: 'a real server that may drop what the director sends for its source',
    find: fromDirector,
  },
];

function ofClients(facts: Facts): Observation[] {
  const { links, addresses } = facts.network;
  const outward = defaultRoute(facts, 'inet')?.index;
  return vipsOf(facts).flatMap((vip): Observation[] => {
    const holder = addresses.find(({ address }) => address === vip)?.index;
    const link = links.find(({ index }) => index === holder);
    if (familyOf(vip) !== 'inet' || outward === undefined || holder === outward) return [];
    if (!link?.resolves || !isStrict(facts, link)) return [];
    const other = links.find(({ index }) => index === outward)?.name;
    return [
      {
        severity: 'warning',
        subject: vip,
        seen: `it is on ${link.name}, where rp_filter is in effect 1 (strict), and the default route is by ${other}`,
        why: `packets of clients that come in by ${link.name}, and to whom no other route leads back by it, are dropped`,
        fix: [loosen(link)],
      },
    ];
  });
}

/** What a tunnel delivers has a source that is routed by another device. */
function fromTunnels(facts: Facts): Observation[] {
  return heldVips(facts).flatMap(({ vip, link, meant }): Observation[] => {
    if (familyOf(vip) !== 'inet' || isPlain(link) || !isStrict(facts, link)) return [];
    const by = facts.settings.get(pathOf(link.name)) === '1' ? '' : ', because that of all devices is';
    return [
      {
        severity: 'error',
        subject: vip,
        seen: `rp_filter is in effect 1 (strict) on ${link.name}${by}`,
        why: 'a packet from the tunnel has a client’s address, the way back to which is another device, so the kernel drops it',
        fix: [meant?.up ?? loosen(link)],
      },
    ];
  });
}

function fromDirector(facts: Facts): Observation[] {
  const held = heldVips(facts).filter(({ vip, link }) => familyOf(vip) === 'inet' && isPlain(link));
  const outward = defaultRoute(facts, 'inet')?.index;
  if (held.length === 0 || outward === undefined) return [];
  return facts.network.links
    .filter((link) => link.up && link.resolves && link.index !== outward && isStrict(facts, link))
    .map((link) => ({
      severity: 'hint',
      subject: link.name,
      seen: `rp_filter is in effect 1 (strict) on it, and the default route is by another device`,
      why: `if the director is on the segment of ${link.name}, its packets, which have clients’ addresses as their source, are dropped`,
      fix: [loosen(link)],
    }));
}

/** A device on which a real server of direct routing has the VIP. */
function isPlain({ loopback, kind }: Link): boolean {
  return loopback || kind === 'dummy';
}

function pathOf(device: string): string {
  return `net/ipv4/conf/${device}/rp_filter`;
}

/** The kernel goes by the larger of a device's value and that of all; 2 is loose. */
function isStrict({ settings }: Facts, { name }: Link): boolean {
  const [value, other] = [settings.get(pathOf(name)), settings.get(pathOf('all'))];
  const setting: SysctlSetting = {
    kind: 'sysctl',
    path: pathOf(name),
    value: '2',
    accepts: ['0', '2'],
    largerOf: pathOf('all'),
  };
  return (
    value !== undefined &&
    effectiveValue(setting, { is: 'value', value, ...(other === undefined ? {} : { other }) }) === '1'
  );
}

function loosen({ name }: Link): string {
  return setSysctl(pathOf(name), 2);
}
