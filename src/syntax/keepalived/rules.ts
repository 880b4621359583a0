import { DEFAULT_TUNNEL } from '../../model/destination.ts';
import { formatEndpoint } from '../../model/endpoint.ts';
import type { Group } from './group.ts';
import { type Notes, note } from './notes.ts';
import type { RealServer, VirtualServer, Way } from './server.ts';
import { DEFAULT_PERSISTENCE } from './virtual-server.ts';

const NAT: Way = { forwarding: 'masquerade', tunnel: DEFAULT_TUNNEL };

/**
 * What keepalived changes once all is read (`validate_check_config` of check_data.c), said for each change. False when
 * it leaves the virtual server out.
 */
export function applyRules(server: VirtualServer, group: Group | undefined, notes: Notes): boolean {
  const changed = (text: string) => note(notes, 'changed', server.place, text);
  if (server.servers.length === 0) {
    note(
      notes,
      'ignored',
      server.place,
      `virtual server ${server.name} has no real servers: keepalived leaves it out`,
    );
    return false;
  }
  if (hasAddress(server, group)) ruleAddressed(server, group, changed);
  else if (server.protocol) {
    note(notes, 'ignored', server.place, 'a firewall mark takes packets of any protocol');
    server.protocol = undefined;
  }
  removeRepeated(server, notes);
  if (
    !server.forwarding &&
    [...server.servers, ...fallbackOf(server)].some(({ forwarding }) => !forwarding)
  ) {
    changed('no forwarding method is given, and keepalived takes NAT then');
    server.forwarding = NAT;
  }
  for (const real of [...server.servers, ...fallbackOf(server)]) {
    real.forwarding ??= server.forwarding;
    real.weight ??= real === server.fallback ? 1 : server.weight;
    if (!group) rulePort(server, real, notes);
  }
  ruleQuorum(server, changed);
  return true;
}

const fallbackOf = ({ fallback }: VirtualServer) => (fallback ? [fallback] : []);

function hasAddress({ at }: VirtualServer, group: Group | undefined): boolean {
  return at.kind === 'address' || (group?.addresses.length ?? 0) > 0;
}

function ruleAddressed(
  server: VirtualServer,
  group: Group | undefined,
  changed: (text: string) => void,
): void {
  if (!server.protocol) {
    changed('no protocol is given, and keepalived takes UDP then');
    server.protocol = 'udp';
  }
  if (server.onePacket && server.protocol !== 'udp') {
    changed('ops is for UDP, and left away');
    server.onePacket = false;
  }
  const ports = server.at.kind === 'address' ? [server.at] : (group?.addresses ?? []);
  if (server.persistenceTimeout === 0 && ports.some(({ port }) => port === 0)) {
    changed(`a service of every port is persistent: ${DEFAULT_PERSISTENCE} seconds`);
    server.persistenceTimeout = DEFAULT_PERSISTENCE;
  }
}

function removeRepeated(server: VirtualServer, notes: Notes): void {
  const seen = new Set<string>();
  const kept = server.servers.filter((real) => {
    const key = formatEndpoint({ address: real.address, port: real.writtenPort });
    if (!seen.has(key)) return seen.add(key);
    note(
      notes,
      'ignored',
      real.place,
      `${key} is there twice in virtual server ${server.name}: the second is left out`,
    );
    return false;
  });
  server.servers.splice(0, server.servers.length, ...kept);
}

/** Ports of one virtual server that is not a group's; only NAT can change them. */
function rulePort(server: VirtualServer, real: RealServer, notes: Notes): void {
  const isNat = real.forwarding?.forwarding === 'masquerade';
  const port = server.at.kind === 'address' ? server.at.port : 0;
  if (isNat) {
    if (server.at.kind === 'address' && real !== server.fallback) real.port ||= port;
    return;
  }
  if (real.port !== 0 && real.port !== port) {
    const what = server.at.kind === 'address' ? `port ${port} of the virtual server` : 'no port';
    note(
      notes,
      'changed',
      real.place,
      `port ${real.port}: ${real.forwarding?.forwarding === 'direct' ? 'DR' : 'TUN'} cannot change ports, and keepalived takes ${what}; checks still go to ${real.port}`,
    );
  }
  real.port = port;
}

function ruleQuorum(server: VirtualServer, changed: (text: string) => void): void {
  const total = server.servers.reduce((sum, { weight = 1 }) => sum + weight, 0);
  if (server.quorum > total) {
    changed(`quorum ${server.quorum} is more than all real servers weigh: it becomes ${total}`);
    server.quorum = total;
  }
  if (server.hysteresis >= server.quorum) {
    const most = Math.max(0, server.quorum - 1);
    if (server.hysteresis !== most)
      changed(`hysteresis ${server.hysteresis} is not below the quorum: it becomes ${most}`);
    server.hysteresis = most;
  }
}
