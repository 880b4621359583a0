import { parseAddress } from '../../model/address.ts';
import { isMulticast } from '../../model/address-class.ts';
import type { Daemon, DaemonRole } from '../../model/daemon.ts';
import { type Findings, readChoice, readFields, readNumber, readText, shown } from './fields.ts';
import type { Tree } from './tree.ts';

export const DAEMON_KEYS = ['role', 'interface', 'syncId', 'maxLength', 'group', 'port', 'ttl'] as const;

const ROLES: readonly DaemonRole[] = ['master', 'backup'];

/** What the kernel chooses where nothing is said (net/netfilter/ipvs/ip_vs_sync.c, `start_sync_thread`). */
const DEFAULTS = { syncId: 0, group: '224.0.0.81', port: 8848, ttl: 1 };

/**
 * Reads one sync daemon with nothing left open but its longest message, which goes by the interface's MTU. What is
 * wrong is a finding.
 */
export function readDaemon(tree: Tree, findings: Findings): Daemon | undefined {
  const fields = readFields(tree, 'a sync daemon', DAEMON_KEYS, findings);
  if (!fields) return undefined;
  if (!fields.role) findings.add(tree, 'the sync daemon has no role: master or backup');
  if (!fields.interface) findings.add(tree, 'the sync daemon has no interface');
  const role = readChoice(fields.role, 'role', ROLES, {}, findings);
  const device = readText(fields.interface, 'interface', findings);
  if (fields.interface && device !== undefined && !/^[^\s/:]{1,15}$/.test(device)) {
    findings.add(fields.interface, `interface must be a network interface's name${shown(fields.interface)}`);
  }
  const syncId = readNumber(fields.syncId, 'syncId', 0, 255, findings);
  const group = fields.group && readGroup(fields.group, findings);
  // Outside of this the kernel takes the nearest that it can, without a word.
  const least = role === 'backup' ? 1024 : 1;
  const most = group?.includes(':') ? 65487 : 65507;
  const maxLength = readNumber(fields.maxLength, 'maxLength', least, most, findings);
  const port = readNumber(fields.port, 'port', 1, 65535, findings);
  const ttl = readNumber(fields.ttl, 'ttl', 1, 255, findings);
  if (!role || device === undefined) return undefined;
  return {
    role,
    interface: device,
    syncId: syncId ?? DEFAULTS.syncId,
    ...(maxLength !== undefined && { maxLength }),
    group: group ?? DEFAULTS.group,
    port: port ?? DEFAULTS.port,
    ttl: ttl ?? DEFAULTS.ttl,
  };
}

function readGroup(tree: Tree, findings: Findings): string | undefined {
  const group = parseAddress(readText(tree, 'group', findings) ?? '');
  return group !== undefined && isMulticast(group)
    ? group
    : findings.add(tree, `group must be a multicast address${shown(tree)}`);
}
