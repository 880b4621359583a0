import { familyOf } from '../../model/address.ts';
import { readForwarding } from './forwarding.ts';
import { type Notes, note } from './notes.ts';
import { takeTiming } from './read-timing.ts';
import type { RealServer, VirtualServer } from './server.ts';
import type { Statement } from './tree.ts';
import { readAddress, readFlag, readPort, readUnsigned } from './values.ts';

const LARGEST_WEIGHT = 2 ** 31 - 1;

const HOOKS: Readonly<Record<string, string>> = {
  notify_up: 'a script that is run when it comes up',
  notify_down: 'a script that is run when it goes down',
  smtp_alert: 'mail about changes',
  snmp_name: 'a name for SNMP',
};

/** A `real_server` block, or a `sorry_server` line. `undefined` where keepalived takes none of it. */
export function readRealServer(
  block: Statement,
  virtual: VirtualServer,
  notes: Notes,
): RealServer | undefined {
  const { words, place } = block;
  const [address, port] = [readAddress(words[0]), readPort(words[1])];
  if (address === undefined || port === undefined) {
    const what = address === undefined ? `'${words[0] ?? ''}' is no address` : `'${words[1]}' is no port`;
    note(notes, 'ignored', place, `${what}: keepalived leaves this server out`);
    return undefined;
  }
  const server: RealServer = {
    place,
    address,
    writtenPort: port,
    port,
    // What the virtual server has by now; what it gets later comes later.
    forwarding: virtual.forwarding,
    weight: undefined,
    upperThreshold: 0,
    lowerThreshold: 0,
    alpha: undefined,
    virtualHost: undefined,
    timing: {},
    checks: [],
  };
  for (const statement of block.statements) take(server, statement, notes);
  if (block.keyword === 'sorry_server') return server;
  if (server.forwarding?.forwarding !== 'tunnel') {
    virtual.family ??= familyOf(address);
    if (virtual.family !== familyOf(address)) {
      note(
        notes,
        'ignored',
        place,
        `${address} is not of the family of its virtual server: keepalived leaves it out`,
      );
      return undefined;
    }
  }
  return server;
}

function take(server: RealServer, statement: Statement, notes: Notes): void {
  const { keyword, words, place } = statement;
  const ignore = (why: string) => note(notes, 'ignored', place, why);
  const number = (most: number) => {
    const value = readUnsigned(words[0], 0, most, true);
    if (value === undefined) ignore(`${keyword} '${words[0] ?? ''}' is not from 0 to ${most}`);
    return value;
  };
  if (takeTiming(server.timing, statement, 1, notes)) return;
  switch (keyword) {
    case 'weight':
      server.weight = number(LARGEST_WEIGHT) ?? server.weight;
      return;
    case 'lvs_method':
      server.forwarding = readForwarding(statement, server.forwarding, notes);
      return;
    case 'uthreshold':
      server.upperThreshold = number(0xffffffff) ?? server.upperThreshold;
      return;
    case 'lthreshold':
      server.lowerThreshold = number(0xffffffff) ?? server.lowerThreshold;
      return;
    case 'alpha':
      server.alpha = readFlag(words) ?? server.alpha;
      return;
    case 'virtualhost':
      if (words[0] !== undefined) server.virtualHost = words[0];
      return;
    // A destination that is down has weight 0 here, always.
    case 'inhibit_on_failure':
      return;
    default:
      if (/_(CHECK|GET)$/.test(keyword)) server.checks.push(statement);
      else
        note(notes, 'left-out', place, `${keyword}: ${HOOKS[keyword] ?? 'it has no place in the document'}`);
  }
}
