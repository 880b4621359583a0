import { FAMILIES, type Family } from '../../model/address.ts';
import type { Facts } from '../../model/facts.ts';
import { type HookRule, hookRules, iptablesRules, keyOf, matchOf } from '../firewall/ruleset.ts';
import type { Observation, Rule } from './rule.ts';
import { devicesTo, isOfFamily, isRemote } from './ways.ts';
import { destinationsOf, nameSome, type Placed, setSysctl, sysctlName } from './words.ts';

const TRACK = 'net/ipv4/vs/conntrack';

/** Connection tracking and address translation of others against what IPVS does. */
export const TRACKING_RULES: readonly Rule[] = [
  {
    name: 'translation-breaks-direct',
    about: 'a masquerade rule that changes the client’s address of direct routing',
    find: breaksDirect,
  },
  {
    name: 'translation-without-tracking',
    about: 'a masquerade rule that packets of IPVS pass by',
    find: withoutTracking,
  },
  {
    name: 'invalid-dropped',
    about: 'a firewall that drops direct routing’s packets as invalid',
    find: invalidDropped,
  },
];

function breaksDirect(facts: Facts): Observation[] {
  if (facts.settings.get(TRACK) !== '1') return [];
  return translated(facts, 'direct').map(({ affected, rule }) => ({
    severity: 'error',
    subject: sysctlName(TRACK),
    seen: `it is 1, ${nameSome(affected)} by direct routing, and ${rule} translates what leaves by that device`,
    why: 'the real server sees an address of this host, sends its reply here and not to the client, and the connection fails',
    ...fixOfTracking(facts, 'or have the rule leave out what goes to a VIP'),
  }));
}

function withoutTracking(facts: Facts): Observation[] {
  if (facts.settings.get(TRACK) !== '0') return [];
  return translated(facts, 'masquerade').map(({ affected, rule }) => ({
    severity: 'hint',
    subject: sysctlName(TRACK),
    seen: `it is 0, ${nameSome(affected)} by NAT, and ${rule} would translate what leaves by that device`,
    why: 'without tracking the packets of IPVS pass such rules by, so that real servers see the client’s address and must send replies through this host',
    fix: [setSysctl(TRACK, 1)],
    advice:
      'if the rule is meant for other traffic, all is well as it is; to have real servers see an address of this host, lvsadm fullnat enable does all of it',
  }));
}

/** Measured: the handshake of direct routing is seen by half, so that its third packet is of no state. */
function invalidDropped(facts: Facts): Observation[] {
  if (facts.settings.get(TRACK) !== '1') return [];
  return FAMILIES.flatMap((family): Observation[] => {
    const affected = destinationsOf(facts).filter(
      (placed) => placed.destination.forwarding !== 'masquerade' && isOf(facts, placed, family),
    );
    const dropping = [
      ...hookRules(facts, family)
        .filter(({ hook }) => hook === 'input')
        .filter(dropsInvalid)
        .map(({ chain }) => `chain \`${chain}\``),
      ...iptablesRules(facts, family, 'filter')
        .filter((text) => /^-A INPUT -m (conntrack --ctstate|state --state) INVALID -j DROP$/.test(text))
        .map((text) => `rule \`${text}\``),
    ];
    if (affected.length === 0 || dropping.length === 0) return [];
    return [
      {
        severity: 'error',
        subject: sysctlName(TRACK),
        seen: `it is 1, ${nameSome(affected)} not by NAT, and ${dropping[0]} drops packets of state invalid`,
        why: 'replies do not pass this host, so that to connection tracking the client’s packets make no sense, and they are dropped',
        ...fixOfTracking(facts, 'or have the rule leave out what goes to a VIP'),
      },
    ];
  });
}

/** Destinations of a forwarding method that a translation of everything by their device applies to. */
function translated(facts: Facts, forwarding: Placed['destination']['forwarding']) {
  return FAMILIES.flatMap((family) => {
    const all = destinationsOf(facts).filter(
      (placed) => placed.destination.forwarding === forwarding && isOf(facts, placed, family),
    );
    return devicesTo(facts, all).flatMap((link) => {
      const affected = all.filter((placed) => devicesTo(facts, [placed]).includes(link));
      const rule = translationBy(facts, family, link.name);
      return rule === undefined ? [] : [{ affected, rule }];
    });
  });
}

/** The first rule that changes the source of all that leaves by a device. Rules with other conditions do not count. */
function translationBy(facts: Facts, family: Family, device: string): string | undefined {
  const chain = hookRules(facts, family)
    .filter(({ type, hook }) => type === 'nat' && hook === 'postrouting')
    .find((rule) => translatesAll(rule, device))?.chain;
  if (chain !== undefined) return `chain \`${chain}\``;
  const words = `(-o ${device.replace(/[^\w-]/g, '\\$&')} )?`;
  const pattern = new RegExp(`^-A POSTROUTING ${words}-j (MASQUERADE|SNAT)\\b`);
  const text = iptablesRules(facts, family, 'nat').find((rule) => pattern.test(rule));
  return text === undefined ? undefined : `rule \`${text}\``;
}

function translatesAll({ expressions }: HookRule, device: string): boolean {
  if (!expressions.some((part) => 'masquerade' in part || 'snat' in part)) return false;
  return expressions.every((part) => {
    if (!('match' in part)) return isKnown(part, ['masquerade', 'snat']);
    const match = matchOf(part);
    const key = match && keyOf(match.left, 'meta');
    return key === 'nfproto' || ((key === 'oifname' || key === 'oif') && match?.right === device);
  });
}

/** Whether it is one of these, or has no part in whether the rule applies. */
function isKnown(part: object, names: readonly string[]): boolean {
  return [...names, 'counter', 'log'].some((name) => name in part);
}

function dropsInvalid({ expressions }: HookRule): boolean {
  const conditions = expressions.filter((part) => !isKnown(part, ['drop']));
  const [match] = conditions.map(matchOf);
  const right = match?.right as { set?: readonly unknown[] } | undefined;
  const states = [right?.set ?? right].flat();
  return (
    expressions.some((part) => 'drop' in part) &&
    conditions.length === 1 &&
    match !== undefined &&
    keyOf(match.left, 'ct') === 'state' &&
    states.includes('invalid')
  );
}

function isOf(facts: Facts, placed: Placed, family: Family): boolean {
  return isOfFamily(placed, family) && isRemote(facts, placed);
}

/** FULLNAT needs the tracking. */
function fixOfTracking({ fullnat }: Facts, otherwise: string): Pick<Observation, 'fix' | 'advice'> {
  return fullnat.size > 0
    ? { fix: [], advice: `${otherwise.replace(/^or /, '')}: FULLNAT needs the tracking` }
    : { fix: [setSysctl(TRACK, 0)], advice: otherwise };
}
