import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VIP, VIP6, Ward } from './ward.ts';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.build();
});
afterAll(() => ward?.close());

/** A host that is nothing yet. */
beforeEach(async () => {
  await ward.run('lvsadm realserver down', 'ip addr flush dev lo', 'ip addr add 127.0.0.1/8 dev lo');
  await ward.run(
    'ip addr flush dev tunl0',
    'ip link set tunl0 down',
    'ip route replace default via 10.0.0.254',
  );
  for (const name of ['all', 'e0', 'e1', 'tunl0']) {
    for (const setting of ['arp_ignore', 'arp_announce', 'rp_filter'])
      await ward.host.write(`net/ipv4/conf/${name}/${setting}`, '0');
  }
});

describe('a real server', () => {
  it('that was prepared for direct routing or a tunnel is in order', async () => {
    await ward.run(`lvsadm realserver up --mode dr --vip ${VIP},${VIP6}`);
    await ward.run('lvsadm realserver up --mode tun --vip 10.0.0.101');
    expect(await ward.examine()).toEqual([]);
    expect(await ward.examine(` --vip ${VIP}`)).toEqual([]);
  });

  it('that lacks the VIP', async () => {
    expect(await ward.fix('real-server-without-vip', { options: ` --vip ${VIP}` })).toMatchObject({
      subject: VIP,
    });
    // It is on record now.
    await ward.run(`ip addr del ${VIP}/32 dev lo`);
    expect((await ward.fix('real-server-without-vip')).fix).toEqual([
      `lvsadm realserver up --mode dr --vip ${VIP} --device lo`,
    ]);
  });

  it('that answers ARP for the VIP, and asks in its name', async () => {
    await ward.run(`ip addr add ${VIP}/32 dev lo`);
    const suspicions = await ward.examine();
    expect(suspicions.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'warning real-server-answers-arp',
      'warning real-server-asks-as-vip',
    ]);
    const findings = await ward.examine(` --vip ${VIP}`);
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'error']);
    expect(findings[0]!.seen).toContain('0 on e0, 0 on e1');
    await ward.run(...suspicions[0]!.fix);
    expect((await ward.fix('real-server-asks-as-vip')).fix).toHaveLength(2);
  });

  it('that has the VIP on a device with neighbours', async () => {
    await ward.run(`ip addr add ${VIP}/32 dev e0`);
    expect((await ward.fix('real-server-shows-vip', { options: ` --vip ${VIP}` })).seen).toContain('on e0');
  });

  it('that may drop what the director sends, for its source', async () => {
    await ward.run(`lvsadm realserver up --mode dr --vip ${VIP}`);
    for (const name of ['e0', 'e1']) await ward.host.write(`net/ipv4/conf/${name}/rp_filter`, '1');
    expect((await ward.fix('direct-strict-source')).fix).toEqual(['sysctl -w net.ipv4.conf.e1.rp_filter=2']);
  });

  it('whose tunnel is down, or checks the source of what it delivers', async () => {
    await ward.run('lvsadm realserver up --mode tun --vip 10.0.0.101', 'ip link set tunl0 down');
    expect((await ward.fix('vip-device-down')).seen).toContain('tunl0');
    await ward.host.write('net/ipv4/conf/tunl0/rp_filter', '0');
    await ward.host.write('net/ipv4/conf/all/rp_filter', '1');
    expect((await ward.fix('tunnel-strict-source')).seen).toContain('because that of all devices is');
  });

  it('that was made one by hand is told which settings', async () => {
    await ward.run('ip link set tunl0 up', 'ip addr add 10.0.0.101/32 dev tunl0');
    await ward.host.write('net/ipv4/conf/tunl0/rp_filter', '1');
    for (const name of ['e0', 'e1']) {
      await ward.host.write(`net/ipv4/conf/${name}/arp_ignore`, '1');
      await ward.host.write(`net/ipv4/conf/${name}/arp_announce`, '2');
    }
    expect((await ward.fix('tunnel-strict-source')).fix).toEqual([
      'sysctl -w net.ipv4.conf.tunl0.rp_filter=2',
    ]);
  });

  it('whose replies do not go through the director', async () => {
    const finding = await ward.fix('replies-miss-director', { options: ' --director 10.2.0.1' });
    expect(finding).toMatchObject({ severity: 'error', subject: '10.2.0.1' });
    expect(finding.seen).toContain('by 10.0.0.254, not by the director');
    // It is on record now.
    await ward.run('ip route del 128.0.0.0/1');
    await ward.fix('replies-miss-director');
    // What counts is the way of packets from this host's address, as rules may have it.
    await ward.run('lvsadm realserver down', 'ip rule add from 10.2.0.10 lookup 100');
    await ward.run('ip route add default via 10.2.0.1 table 100');
    expect(await ward.examine(' --director 10.2.0.1')).toEqual([]);
    await ward.run('ip rule del from 10.2.0.10 lookup 100');
    expect(await ward.examine(' --director 10.9.0.1')).toMatchObject([
      { rule: 'replies-miss-director', severity: 'warning', subject: '10.9.0.1' },
    ]);
  });
});
