import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VIP, Ward } from './ward.ts';

const WEB = `-t ${VIP}:80`;
const MASTER = 'lvsadm --start-daemon master --mcast-interface e1 --syncid 7';
const BACKUP = 'lvsadm --start-daemon backup --mcast-interface e1 --syncid 7';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.build();
  await ward.host.write('net/ipv4/vs/expire_nodest_conn', '1');
});
afterAll(() => ward?.close());

/** A director of direct routing with nothing wrong, and no daemon. */
beforeEach(async () => {
  for (const role of ['master', 'backup']) await ward.host.tryLvsadm(`--stop-daemon ${role}`);
  await ward.run('lvsadm -C', `ip addr replace ${VIP}/32 dev e0`);
  await ward.host.write('net/ipv4/vs/backup_only', '0');
  await ward.run(`lvsadm -A ${WEB} -s rr`, `lvsadm -a ${WEB} -r 10.0.0.11:80 -g`);
});

describe('of two directors, one', () => {
  it('with a daemon of one role', async () => {
    await ward.run(MASTER);
    expect((await ward.fix('sync-one-role')).subject).toBe('master sync daemon');
    await ward.run('lvsadm --stop-daemon master');
    expect((await ward.fix('sync-one-role')).seen).toContain('with id 7');
  });

  it('whose daemons do not hear each other', async () => {
    await ward.run(MASTER, BACKUP.replace('7', '8'));
    expect((await ward.fix('sync-roles-differ')).seen).toContain('id 7 and 8');
    // A backup with id 0 hears every master.
    await ward.run('lvsadm --stop-daemon backup', BACKUP.replace('7', '0'));
    expect(await ward.examine()).toEqual([]);
    await ward.run('lvsadm --stop-daemon backup', `${BACKUP} --mcast-port 9000`);
    expect((await ward.fix('sync-roles-differ')).seen).toContain('port 8848 and 9000');
  });

  it('whose daemons are on a device that is down', async () => {
    await ward.run(MASTER, BACKUP, 'ip link set e1 down');
    const findings = await ward.examine();
    expect(findings.map(({ rule }) => rule)).toEqual(['sync-device-down', 'sync-device-down']);
    await ward.run(...findings[0]!.fix);
    expect(await ward.examine()).toEqual([]);
    // A device that goes down loses its addresses.
    await ward.run('ip addr add fd02::10/64 dev e1 nodad');
  });

  it('that cannot have a daemon for its tunnels between families', async () => {
    await ward.run(`lvsadm -a ${WEB} -r [fd02::11]:80 -i`, 'ip link set e1 mtu 1600');
    expect((await ward.host.tryLvsadm(MASTER.slice(7))).code).not.toBe(0);
    await ward.fixBy('sync-mixed-families', `lvsadm -d ${WEB} -r [fd02::11]:80`);
    await ward.run(MASTER, BACKUP, 'ip link set e1 mtu 1500');
  });

  it('that balances nothing, being a backup', async () => {
    await ward.run(MASTER, BACKUP);
    await ward.host.write('net/ipv4/vs/backup_only', '1');
    expect((await ward.fix('backup-only-stops-director')).severity).toBe('error');
  });

  it('that may send back what the other sends', async () => {
    await ward.run(`lvsadm -a ${WEB} -r 10.0.0.10:80 -g`);
    expect((await ward.examine())[0]).toMatchObject({ rule: 'director-loop', severity: 'hint', fix: [] });
    await ward.run(BACKUP);
    const finding = await ward.fix('director-loop', { there: ['sync-one-role'] });
    expect(finding).toMatchObject({ severity: 'warning', fix: ['sysctl -w net.ipv4.vs.backup_only=1'] });
    await ward.run(MASTER);
    await ward.host.write('net/ipv4/vs/backup_only', '0');
    await ward.fixBy('director-loop', `lvsadm -d ${WEB} -r 10.0.0.10:80`);
  });
});
