import { describe, expect, it } from 'vitest';
import type { DaemonStatus } from '../../../../src/model/daemon.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { facts, found, LOCAL, service, table, way } from './facts.ts';

const WEB = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;
const OTHER = { address: '10.0.0.12', port: 80 } as const;
const HERE = { address: '10.0.0.11', port: 80 } as const;
const daemon = (role: DaemonStatus['role'], rest: Partial<DaemonStatus> = {}): DaemonStatus => ({
  role,
  interface: 'eth0',
  syncId: 7,
  maxLength: 1472,
  group: '224.0.0.81',
  port: 8848,
  ttl: 1,
  ...rest,
});
const [MASTER, BACKUP] = [daemon('master'), daemon('backup')];
const routes = new Map([
  ['10.0.0.100', LOCAL],
  [OTHER.address, way()],
  [HERE.address, LOCAL],
]);

function having(
  daemons: readonly DaemonStatus[],
  destinations: Parameters<typeof service>[1][] = [OTHER],
  settings: Record<string, string> = {},
) {
  return facts({ routes, table: table([service(WEB, ...destinations)], { daemons }), settings });
}

describe('sync daemons', () => {
  it('are better of both roles, unless keepalived changes them', () => {
    expect(found(having([MASTER]))).toEqual(['hint sync-one-role: master sync daemon']);
    expect(examine(having([BACKUP]))[0]?.fix).toEqual([
      'lvsadm --start-daemon master --mcast-interface eth0 --syncid 7 --sync-maxlen 1472 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1',
    ]);
    expect(found({ ...having([MASTER]), managers: ['keepalived'] })).toEqual([]);
    expect(found(having([MASTER, BACKUP]))).toEqual([]);
  });

  it('must be set alike', () => {
    const differing = (rest: Partial<DaemonStatus>) => found(having([MASTER, daemon('backup', rest)]));
    for (const rest of [{ syncId: 8 }, { port: 8849 }, { group: '224.0.0.82' }])
      expect(differing(rest)).toEqual(['warning sync-roles-differ: sync daemons']);
    expect(differing({ syncId: 0 })).toEqual([]);
    expect(differing({ maxLength: 1400, ttl: 2 })).toEqual([]);
  });

  it('need their device', () => {
    const gone = { interface: 'eth7' };
    expect(found(having([daemon('master', gone), daemon('backup', gone)]))).toEqual([
      'error sync-device-down: master sync daemon',
      'error sync-device-down: backup sync daemon',
    ]);
  });

  it('are no cause for alarm when the address of a service is elsewhere', () => {
    const elsewhere = (daemons: readonly DaemonStatus[], managers: readonly string[] = []) =>
      found({ ...having(daemons), managers, routes: new Map([['10.0.0.100', way()]]) }, 'vip-missing');
    expect(elsewhere([BACKUP])).toEqual(['hint vip-missing: 10.0.0.100']);
    expect(elsewhere([MASTER, BACKUP])).toEqual(['error vip-missing: 10.0.0.100']);
    expect(elsewhere([])).toEqual(['error vip-missing: 10.0.0.100']);
    expect(elsewhere([MASTER, BACKUP], ['keepalived'])).toEqual(['hint vip-missing: 10.0.0.100']);
  });
});

describe('backup_only', () => {
  const ONLY = { 'net/ipv4/vs/backup_only': '1' };

  it('stops a host that is master, too', () => {
    expect(found(having([MASTER, BACKUP], [OTHER], ONLY))).toEqual([
      'error backup-only-stops-director: net.ipv4.vs.backup_only',
    ]);
    expect(found(having([BACKUP], [OTHER], ONLY), 'backup-only-stops-director')).toEqual([]);
  });

  it('keeps directors from sending to each other', () => {
    const loop = (
      daemons: readonly DaemonStatus[],
      only: string,
      ...servers: Parameters<typeof service>[1][]
    ) => found(having(daemons, servers, { 'net/ipv4/vs/backup_only': only }), 'director-loop');
    const SUBJECT = 'director-loop: tcp 10.0.0.100:80';
    expect(loop([BACKUP], '0', HERE, OTHER)).toEqual([`warning ${SUBJECT}`]);
    expect(loop([BACKUP], '1', HERE, OTHER)).toEqual([]);
    expect(loop([MASTER, BACKUP], '0', HERE, OTHER)).toEqual([`warning ${SUBJECT}`]);
    expect(loop([], '0', HERE, OTHER)).toEqual([`hint ${SUBJECT}`]);
    expect(loop([BACKUP], '0', OTHER)).toEqual([]);
    expect(loop([BACKUP], '0', HERE)).toEqual([]);
    expect(loop([BACKUP], '0', HERE, { ...OTHER, forwarding: 'masquerade' })).toEqual([]);
  });
});
