import { familyOf } from '../../model/address.ts';
import type { DaemonStatus } from '../../model/daemon.ts';
import type { Facts } from '../../model/facts.ts';
import { formatServiceId, serviceFamily } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';
import { daemonRoles, isStandby } from './roles.ts';
import type { Observation, Rule } from './rule.ts';
import { wayTo } from './ways.ts';
import { destinationsOf, nameSome, setSysctl, sysctlName } from './words.ts';

const BACKUP_ONLY = 'net/ipv4/vs/backup_only';

/** More than one director. */
export const SYNC_RULES: readonly Rule[] = [
  { name: 'sync-one-role', about: 'a sync daemon of one role only', find: oneRole },
  { name: 'sync-roles-differ', about: 'sync daemons that do not hear each other', find: rolesDiffer },
  { name: 'sync-device-down', about: 'a sync daemon on a device that is down', find: deviceDown },
  {
    name: 'sync-mixed-families',
    about: 'destinations that sync daemons do not go together with',
    find: mixedFamilies,
  },
  {
    name: 'backup-only-stops-director',
    about: 'a director that balances nothing because it is a backup, too',
    find: backupOnlyStops,
  },
  { name: 'director-loop', about: 'two directors that may send packets to each other', find: loop },
];

function oneRole({ table, managers }: Facts): Observation[] {
  const daemons = table?.daemons ?? [];
  const [only] = daemons;
  // Keepalived changes the role with its own.
  if (!only || daemons.length > 1 || managers.includes('keepalived')) return [];
  const other = only.role === 'master' ? 'backup' : 'master';
  return [
    {
      severity: 'hint',
      subject: `${only.role} sync daemon`,
      seen: `it runs alone on this host, with id ${only.syncId}`,
      why:
        only.role === 'master'
          ? 'connections are sent but not received: when this host takes over again it does not know those of the other director'
          : 'connections are received but not sent: after a takeover the other director does not learn of new ones',
      fix: [startDaemon({ ...only, role: other })],
      advice: `the other director needs a ${other} with the same id, group and port; both roles on both is right, unless somebody changes them`,
    },
  ];
}

function rolesDiffer({ table }: Facts): Observation[] {
  const [master, backup] = (['master', 'backup'] as const).map((role) =>
    table?.daemons.find((daemon) => daemon.role === role),
  );
  if (!master || !backup) return [];
  const differences = [
    // A backup with id 0 takes every master's messages.
    ...(backup.syncId !== 0 && backup.syncId !== master.syncId
      ? [`id ${master.syncId} and ${backup.syncId}`]
      : []),
    ...(['interface', 'group', 'port'] as const)
      .filter((key) => master[key] !== backup[key])
      .map((key) => `${key} ${master[key]} and ${backup[key]}`),
  ];
  if (differences.length === 0) return [];
  return [
    {
      severity: 'warning',
      subject: 'sync daemons',
      seen: `master and backup of this host differ: ${differences.join(', ')}`,
      why: 'if the other director is set as this one, neither hears what the other sends',
      fix: ['lvsadm --stop-daemon backup', startDaemon({ ...master, role: 'backup' })],
    },
  ];
}

function deviceDown({ table, network }: Facts): Observation[] {
  return (table?.daemons ?? []).flatMap(({ role, interface: name }): Observation[] => {
    const link = network.links.find((candidate) => candidate.name === name);
    if (link?.up) return [];
    return [
      {
        severity: 'error',
        subject: `${role} sync daemon`,
        seen: `its device ${name} ${link ? 'is down' : 'is gone'}`,
        why: 'no connection reaches the other director, so that a takeover breaks all of them',
        fix: link ? [`ip link set ${name} up`] : [],
        ...(link ? {} : { advice: `stop it (lvsadm --stop-daemon ${role}), and start it on another device` }),
      },
    ];
  });
}

/** Also one that has the daemons refused, later. */
function mixedFamilies(facts: Facts): Observation[] {
  const mixed = destinationsOf(facts).filter(
    ({ service, destination }) => serviceFamily(service) !== familyOf(destination.address),
  );
  if (mixed.length === 0) return [];
  return [
    {
      severity: 'hint',
      subject: 'sync daemons',
      seen: `none can be started here: ${nameSome(mixed)} of another family than the service`,
      why: 'messages of the sync protocol have no room for two families, so the kernel refuses the daemon; connections do not survive a takeover',
      fix: [],
      advice: 'give the real servers addresses of the service’s family, or do without synchronisation',
    },
  ];
}

function backupOnlyStops({ table, settings }: Facts): Observation[] {
  const roles = daemonRoles({ table });
  if (settings.get(BACKUP_ONLY) !== '1' || !roles.includes('backup') || !roles.includes('master')) return [];
  return [
    {
      severity: 'error',
      subject: sysctlName(BACKUP_ONLY),
      seen: 'it is 1, and this host is master and backup',
      why: 'while a backup daemon runs nothing is balanced here, whether or not there is a master, too',
      fix: [setSysctl(BACKUP_ONLY, 0)],
      advice: 'or let the backup daemon run only while this host is on standby, as keepalived does',
    },
  ];
}

function loop(facts: Facts): Observation[] {
  const { table, settings } = facts;
  const standby = isStandby(facts);
  const isBackup = daemonRoles(facts).includes('backup');
  const looping = (table?.services ?? []).filter((service) => isBothWays(facts, service));
  if (looping.length === 0 || (standby && settings.get(BACKUP_ONLY) !== '0')) return [];
  const byMark =
    'have only packets from elsewhere balanced: a firewall rule marks those that do not have the other director’s MAC address as their source, and the service is one of that mark (-f)';
  return looping.map((service) => ({
    severity: isBackup ? 'warning' : 'hint',
    subject: formatServiceId(service),
    seen: `this host is one of its real servers, ${isBackup ? 'and takes connections from another director' : 'as another director may be'}, and the others are reached without their addresses being changed`,
    why: 'a packet that the other director sends here for this host as a real server is balanced once more, and may be sent back',
    fix: standby ? [setSysctl(BACKUP_ONLY, 1)] : [],
    ...(standby ? {} : { advice: byMark }),
  }));
}

/** This host is its real server, and there are others that see the packet as it came. */
function isBothWays(facts: Facts, { destinations }: ServiceTable): boolean {
  const types = destinations
    .filter(({ forwarding }) => forwarding === 'direct' || forwarding === 'tunnel')
    .map(({ address }) => wayTo(facts, address)?.type);
  return types.includes('local') && types.includes('unicast');
}

function startDaemon({ role, interface: device, syncId, group, port, maxLength, ttl }: DaemonStatus): string {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? '' : ` --${name} ${value}`;
  return [
    `lvsadm --start-daemon ${role} --mcast-interface ${device}`,
    option('syncid', syncId),
    option('sync-maxlen', maxLength),
    option('mcast-group', group),
    option('mcast-port', port),
    option('mcast-ttl', ttl),
  ].join('');
}
