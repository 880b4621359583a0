import { addressBytes, formatAddress } from '../model/address.ts';
import type { Daemon, DaemonRole, DaemonStatus } from '../model/daemon.ts';
import { STATE_BACKUP, STATE_MASTER } from './constants.ts';
import type { DaemonValues } from './layout.ts';
import { mirror, missingIdentity } from './numbers.ts';

const ROLE_NUMBERS: Record<DaemonRole, number> = { master: STATE_MASTER, backup: STATE_BACKUP };
const ROLE_OF = mirror(ROLE_NUMBERS);

/** The attributes of a sync daemon to start; what is left out is chosen by the kernel. */
export function encodeDaemon(daemon: Daemon): DaemonValues {
  const group = daemon.group === undefined ? undefined : addressBytes(daemon.group);
  return {
    state: ROLE_NUMBERS[daemon.role],
    interface: daemon.interface,
    syncId: daemon.syncId ?? 0,
    maxLength: daemon.maxLength,
    group: group?.length === 4 ? group : undefined,
    group6: group?.length === 16 ? group : undefined,
    port: daemon.port,
    ttl: daemon.ttl,
  };
}

/** The attributes that tell which sync daemon to stop. */
export function encodeDaemonId(role: DaemonRole, syncId = 0): DaemonValues {
  return { state: ROLE_NUMBERS[role], syncId };
}

/** Reads a running daemon. Throws a `malformed` NetlinkError when its role is missing. */
export function decodeDaemon(values: DaemonValues): DaemonStatus {
  const role = ROLE_OF.get(values.state ?? 0);
  if (!role) throw missingIdentity('sync daemon');
  const group = values.group ?? values.group6;
  return {
    role,
    interface: values.interface ?? '',
    syncId: values.syncId ?? 0,
    ...(values.maxLength ? { maxLength: values.maxLength } : {}),
    ...(group ? { group: formatAddress(group) } : {}),
    ...(values.port ? { port: values.port } : {}),
    ...(values.ttl ? { ttl: values.ttl } : {}),
  };
}
