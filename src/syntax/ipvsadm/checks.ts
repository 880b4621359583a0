import { familyOf } from '../../model/address.ts';
import { type SchedulerFlag, schedulerFlagNames } from '../../model/scheduler.ts';
import type { Draft } from './draft.ts';
import { SLOTS, type Slot } from './options.ts';
import { refuse } from './refusal.ts';
import { COMMAND_RULES, type Rule, TUNNEL_RULES, TUNNEL_SLOTS } from './rules.ts';

/**
 * What can only be judged once the whole line is read, in ipvsadm's order: the first mistake found is the one that
 * the line is refused for.
 */
export function checkDraft(draft: Draft): void {
  checkSlots(SLOTS, COMMAND_RULES[draft.command], draft.filled, `'${draft.command}' command`);
  if (draft.checkFirst && draft.command !== 'restore') {
    throw refuse(`Illegal 'check' option with the '${draft.command}' command`);
  }
  if (draft.json && draft.command !== 'list') {
    throw refuse(`Illegal 'json' option with the '${draft.command}' command`);
  }
  if (draft.fullnat) checkFullnat(draft);
  switch (draft.command) {
    case 'add-service':
    case 'edit-service':
      checkService(draft);
      break;
    case 'add-server':
    case 'edit-server':
      checkServer(draft);
      break;
    case 'list':
      checkList(draft.filled);
      break;
    default:
      break;
  }
}

function checkFullnat(draft: Draft): void {
  switch (draft.command) {
    case 'add-server':
    case 'edit-server':
      if (!draft.filled.has('forwarding-method') || draft.forwarding === 'masquerade') return;
      throw refuse('FULLNAT is masquerading (-m) and conflicts with another forward method');
    case 'list':
      if (draft.json || ['connection', 'timeout', 'daemon'].some((slot) => draft.filled.has(slot as Slot))) {
        throw refuse('options conflicts in the list command');
      }
      return;
    default:
      throw refuse(`Illegal 'fullnat' option with the '${draft.command}' command`);
  }
}

/** Holds the filled slots against a row of a matrix. `context` is what the complaint says they are used in. */
function checkSlots(slots: readonly Slot[], rule: Rule, filled: ReadonlySet<Slot>, context: string): void {
  if (isFlawless(rule, filled)) return;
  let earlier: Slot | undefined;
  for (const slot of slots) {
    if (rule.required?.includes(slot)) {
      if (!filled.has(slot)) throw refuse(`You need to supply the '${slot}' option for the ${context}`);
    } else if (filled.has(slot)) {
      if (rule.exclusive?.includes(slot)) {
        if (earlier)
          throw refuse(`The option '${slot}' conflicts with the '${earlier}' option in the ${context}`);
        earlier = slot;
      } else if (!rule.allowed?.includes(slot)) {
        throw refuse(`Illegal '${slot}' option with the ${context}`);
      }
    }
  }
}

/** Whether there is plainly nothing to complain about: which complaint comes first takes longer to find out. */
function isFlawless({ required = NONE, allowed = NONE }: Rule, filled: ReadonlySet<Slot>): boolean {
  let known = 0;
  for (const slot of required) {
    if (!filled.has(slot)) return false;
    known++;
  }
  for (const slot of allowed) if (filled.has(slot)) known++;
  return known === filled.size;
}

const NONE: readonly Slot[] = [];

function checkService({ fwmark, port, protocol, filled }: Draft): void {
  if (fwmark !== 0) return;
  if (port === 0 && !filled.has('persistent')) {
    throw refuse('Zero port specified for non-persistent service');
  }
  if (filled.has('ops') && protocol !== 'udp') {
    throw refuse('One-Packet Scheduling is only for UDP virtual services');
  }
}

function checkServer({ family, realServer, forwarding, filled, tunnelType }: Draft): void {
  if (forwarding === 'tunnel') {
    checkSlots(TUNNEL_SLOTS, TUNNEL_RULES[tunnelType], filled, `'${tunnelType}' tunnel type`);
    return;
  }
  if (familyOf(realServer.address) !== family) {
    throw refuse('Different address family is allowed only for tunneling servers');
  }
  if (filled.has('tun-type') || TUNNEL_SLOTS.some((slot) => filled.has(slot))) {
    throw refuse('Tunnel options conflict with forward method');
  }
}

function checkList(filled: ReadonlySet<Slot>): void {
  const some = (...slots: Slot[]) => slots.some((slot) => filled.has(slot));
  const noTable = some('connection', 'timeout', 'daemon') && some('stats', 'rate', 'thresholds');
  const noConnections = some('timeout', 'daemon') && some('persistent-conn');
  if (noTable || noConnections) throw refuse('options conflicts in the list command');
}

/** The position among the three flags that each name means, and the scheduler it belongs to, if only to one. */
const SCHEDULER_FLAGS = new Map<string, { position: 0 | 1 | 2; scheduler?: string }>([
  ['flag-1', { position: 0 }],
  ['flag-2', { position: 1 }],
  ['flag-3', { position: 2 }],
  ['sh-fallback', { position: 0, scheduler: 'sh' }],
  ['sh-port', { position: 1, scheduler: 'sh' }],
  ['mh-fallback', { position: 0, scheduler: 'mh' }],
  ['mh-port', { position: 1, scheduler: 'mh' }],
]);

/** Reads `-b FLAG,FLAG…` for a scheduler; the flags come back in their fixed order, each once. */
export function readSchedulerFlags(text: string, scheduler: string): readonly SchedulerFlag[] {
  const names = schedulerFlagNames(scheduler);
  const on = new Set<SchedulerFlag>();
  for (const word of text.split(',').filter((piece) => piece !== '')) {
    const flag = SCHEDULER_FLAGS.get(word);
    if (!flag) throw refuse(`invalid scheduler flag \`${word}'`);
    if (flag.scheduler !== undefined && flag.scheduler !== scheduler) {
      throw refuse(`incompatible scheduler flag \`${word}'`);
    }
    on.add(names[flag.position]);
  }
  return names.filter((name) => on.has(name));
}
