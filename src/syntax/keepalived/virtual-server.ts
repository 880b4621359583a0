import { familyOf } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';
import { SCHEDULERS, type SchedulerFlag } from '../../model/scheduler.ts';
import { readForwarding } from './forwarding.ts';
import { type Notes, note } from './notes.ts';
import { takeTiming } from './read-timing.ts';
import { readRealServer } from './real-server.ts';
import type { VirtualServer } from './server.ts';
import type { Statement } from './tree.ts';
import { readAddress, readPort, readUnsigned } from './values.ts';

/** Seconds; also what `persistence_timeout` without a number stands for. */
export const DEFAULT_PERSISTENCE = 360;
const LONGEST_PERSISTENCE = 31 * 86_400;
const LONGEST_ENGINE = 15;
const LARGEST_WEIGHT = 2 ** 31 - 1;

const HOOKS: Readonly<Record<string, string>> = {
  quorum_up: 'a script that is run when there are enough real servers',
  quorum_down: 'a script that is run when there are too few real servers',
  smtp_alert: 'mail about changes',
  snmp_name: 'a name for SNMP',
  ha_suspend: 'checks that rest while the virtual address is elsewhere',
  omega: 'scripts that are run when keepalived stops',
};

/** A `virtual_server` block, by the handlers of keepalived's check_parser.c. `undefined` where it takes none of it. */
export function readVirtualServer(block: Statement, notes: Notes): VirtualServer | undefined {
  const at = readPlace(block, notes);
  if (!at) return undefined;
  const server: VirtualServer = {
    place: block.place,
    name: block.words.join(' '),
    at,
    family: at.kind === 'address' ? familyOf(at.address) : undefined,
    protocol: undefined,
    scheduler: undefined,
    flags: new Set(),
    onePacket: false,
    forwarding: undefined,
    persistenceTimeout: 0,
    persistenceMask: undefined,
    persistenceEngine: '',
    quorum: 1,
    hysteresis: 0,
    alpha: false,
    weight: 1,
    virtualHost: undefined,
    fallback: undefined,
    timing: {},
    servers: [],
  };
  for (const statement of block.statements) take(server, statement, notes);
  return server;
}

function readPlace({ words, place }: Statement, notes: Notes): VirtualServer['at'] | undefined {
  const [first = '', second] = words;
  const refuse = (why: string) => {
    note(notes, 'ignored', place, `${why}: keepalived leaves this virtual server out`);
    return undefined;
  };
  if (first === 'group') {
    return second === undefined ? refuse('the group has no name') : { kind: 'group', group: second };
  }
  if (first === 'fwmark') {
    const fwmark = readUnsigned(second, 0, 0xffffffff, true);
    return fwmark === undefined
      ? refuse(`'${second ?? ''}' is no firewall mark`)
      : { kind: 'fwmark', fwmark };
  }
  const [address, port] = [readAddress(first), readPort(second)];
  if (address === undefined) return refuse(`'${first}' is no address`);
  return port === undefined ? refuse(`'${second}' is no port`) : { kind: 'address', address, port };
}

function take(server: VirtualServer, statement: Statement, notes: Notes): void {
  const { keyword, words, place } = statement;
  const [text = ''] = words;
  const ignore = (why: string) => note(notes, 'ignored', place, why);
  if (takeTiming(server.timing, statement, 1, notes)) return;
  switch (keyword) {
    case 'ip_family':
      takeFamily(server, statement, notes);
      return;
    case 'lb_algo':
    case 'lvs_sched':
      if ((SCHEDULERS as readonly string[]).includes(text)) server.scheduler = text;
      else
        note(
          notes,
          'changed',
          place,
          `'${text}' is no scheduler to keepalived: it stays ${server.scheduler ?? 'wlc, the default'}`,
        );
      return;
    case 'ops':
      server.onePacket = true;
      return;
    case 'flag-1':
    case 'flag-2':
    case 'flag-3':
    case 'sh-port':
    case 'sh-fallback':
    case 'mh-port':
    case 'mh-fallback':
      takeFlag(server, keyword, () =>
        ignore(`${keyword} is for scheduler ${keyword.slice(0, 2)}, and stands after it: ignored`),
      );
      return;
    case 'hashed':
      ignore('hashed is how the kernel keeps any service');
      return;
    case 'lb_kind':
    case 'lvs_method':
      server.forwarding = readForwarding(statement, server.forwarding, notes);
      return;
    case 'persistence_engine':
      server.persistenceEngine = text.slice(0, LONGEST_ENGINE);
      return;
    case 'persistence_timeout': {
      const seconds =
        words.length === 0 ? DEFAULT_PERSISTENCE : readUnsigned(text, 1, LONGEST_PERSISTENCE, false);
      if (seconds === undefined)
        ignore(`persistence_timeout '${text}' is no time from 1 to ${LONGEST_PERSISTENCE} seconds`);
      else server.persistenceTimeout = seconds;
      return;
    }
    case 'persistence_granularity':
      takeGranularity(server, text, ignore);
      return;
    case 'protocol': {
      const protocol = text.toLowerCase();
      if (['tcp', 'udp', 'sctp'].includes(protocol)) server.protocol = protocol as Protocol;
      else ignore(`'${text}' is no protocol`);
      return;
    }
    case 'virtualhost':
      if (words.length > 0) server.virtualHost = text;
      return;
    case 'alpha':
      server.alpha = true;
      return;
    case 'quorum': {
      const quorum = readUnsigned(text, 1, 0xffffffff, true);
      if (quorum === undefined)
        note(notes, 'changed', place, `quorum '${text}' is no number from 1 on: it becomes 1`);
      server.quorum = quorum ?? 1;
      return;
    }
    case 'hysteresis': {
      const hysteresis = readUnsigned(text, 0, 0xffffffff, true);
      if (hysteresis === undefined) ignore(`hysteresis '${text}' is no number`);
      else server.hysteresis = hysteresis;
      return;
    }
    case 'weight': {
      const weight = readUnsigned(text, 1, LARGEST_WEIGHT, true);
      if (weight === undefined) ignore(`weight '${text}' is not from 1 to ${LARGEST_WEIGHT}`);
      else server.weight = weight;
      return;
    }
    case 'sorry_server':
      server.fallback = readRealServer(statement, server, notes) ?? server.fallback;
      return;
    case 'sorry_server_lvs_method':
      if (server.fallback)
        server.fallback.forwarding = readForwarding(statement, server.fallback.forwarding, notes);
      else ignore('there is no sorry_server before it');
      return;
    case 'real_server': {
      const real = readRealServer(statement, server, notes);
      if (real) server.servers.push(real);
      return;
    }
    // A destination that is down has weight 0 here, always.
    case 'inhibit_on_failure':
    case 'sorry_server_inhibit':
      return;
    default:
      note(notes, 'left-out', place, `${keyword}: ${HOOKS[keyword] ?? 'it has no place in the document'}`);
  }
}

function takeFamily(server: VirtualServer, { words: [text = ''], place }: Statement, notes: Notes): void {
  if (text !== 'inet' && text !== 'inet6') note(notes, 'ignored', place, `'${text}' is no address family`);
  else if (server.family !== undefined && server.family !== text) {
    note(notes, 'ignored', place, `ip_family ${text} does not go with the address`);
  } else server.family = text;
}

function takeFlag(server: VirtualServer, flag: SchedulerFlag, ignore: () => void): void {
  const scheduler = flag.slice(0, 2);
  const isOf = (name: string) => server.scheduler === name;
  if (flag.startsWith('flag-') || isOf(scheduler)) server.flags.add(flag);
  else ignore();
}

function takeGranularity(server: VirtualServer, text: string, ignore: (why: string) => void): void {
  const family = server.family ?? (text.includes('.') ? 'inet' : 'inet6');
  const mask = family === 'inet' ? readAddress(text) : readUnsigned(text, 1, 128, false);
  if (mask === undefined) {
    ignore(`persistence_granularity '${text}' is no ${family === 'inet' ? 'mask' : 'prefix length'}`);
    return;
  }
  server.persistenceMask = mask;
  server.family ??= family;
  server.persistenceTimeout ||= DEFAULT_PERSISTENCE;
}
