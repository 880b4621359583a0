import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServiceTable } from '../../../src/model/table.ts';
import { ip } from '../forwarding/namespace.ts';
import { file } from '../table/run.ts';
import { VIP, VIP6, Ward } from './ward.ts';

const WEB = `-t ${VIP}:80`;

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.build();
});
afterAll(() => ward?.close());

/** A director of NAT with nothing wrong. */
beforeEach(async () => {
  const { host } = ward;
  await ward.run('lvsadm -C', `ip addr replace ${VIP}/32 dev e0`);
  await host.write('net/ipv4/ip_forward', '1');
  for (const name of ['all', 'e0']) await host.write(`net/ipv4/conf/${name}/send_redirects`, '0');
  await host.write('net/ipv4/conf/e1/forwarding', '1');
  for (const name of ['expire_nodest_conn', 'conn_reuse_mode']) await host.write(`net/ipv4/vs/${name}`, '1');
  await ward.run(`lvsadm -A ${WEB} -s rr`, `lvsadm -a ${WEB} -r 10.2.0.11:8080 -m`);
});

describe('a director', () => {
  it('that is in order has nothing found, in words and by the exit code', async () => {
    const { code, stdout } = await ward.host.tryLvsadm('doctor');
    expect(stdout).toMatch(/^looked at as a director of 1 service\nnothing found \(\d+ rules\)\n$/);
    expect(code).toBe(0);
  });

  it('without a route to a real server', async () => {
    await ward.run('ip route del default', `lvsadm -a ${WEB} -r 10.9.0.11:80 -m`);
    try {
      const finding = await ward.fix('real-server-unreachable');
      expect(finding).toMatchObject({ severity: 'error', subject: `tcp ${VIP}:80 -> 10.9.0.11:80` });
    } finally {
      await ward.run('ip route add default via 10.0.0.254');
    }
  });

  it('with direct routing to a real server behind a router', async () => {
    await ward.run(`lvsadm -a ${WEB} -r 10.9.0.11:80 -g -w 7 -x 100`);
    const { rule, fix, seen } = (await ward.examine())[0]!;
    expect(rule).toBe('direct-not-on-segment');
    await ward.run(...fix);
    // A tunnel has a fault of its own here.
    expect((await ward.examine()).map(({ rule }) => rule)).toEqual(['tunnel-without-room']);
    expect(seen).toContain('10.0.0.254');
    const { services } = JSON.parse(await ward.host.lvsadm('-L --json')) as { services: ServiceTable[] };
    const moved = services[0]!.destinations.find(({ address }) => address === '10.9.0.11');
    // The other settings are as they were.
    expect(moved).toMatchObject({ forwarding: 'tunnel', weight: 7, upperThreshold: 100 });
  });

  it('with another host that answers for the VIP, and a real server that does not answer', async () => {
    expect(await ward.examine()).toEqual([]);
    ip('outside', `addr add ${VIP}/32 dev e0`);
    const findings = await ward.examine(' --ask');
    expect(findings.map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
      `vip-answered-elsewhere ${VIP}`,
      `real-server-silent tcp ${VIP}:80 -> 10.2.0.11:8080`,
    ]);
    const { address } = JSON.parse(
      execFileSync('ip', ['-n', 'outside', '-j', 'link', 'show', 'e0'], { encoding: 'utf8' }),
    )[0];
    expect(findings[0]!.seen).toContain(address);
    // What an other host is advised to do: keep silent about an address that it has.
    ip('outside', `addr del ${VIP}/32 dev e0\naddr add 10.2.0.11/24 dev e1`);
    expect(await ward.examine(' --ask')).toEqual([]);
    ip('outside', 'addr del 10.2.0.11/24 dev e1');
  });

  it('with a real server that has not answered', async () => {
    const question = { device: 'e1', address: '10.2.0.11' };
    await ward.run(`lvsadm -a ${WEB} -r 10.2.0.12:8080 -m`);
    await ward.host.perform({ do: 'solicit', ...question });
    try {
      // The kernel asks three times, a second apart.
      await vi.waitFor(async () => expect(await ward.examine()).not.toEqual([]), {
        timeout: 8000,
        interval: 500,
      });
      expect(await ward.fix('real-server-silent')).toMatchObject({ severity: 'warning' });
    } finally {
      await ward.host.perform({ do: 'forget', ...question });
    }
  });

  it('with another port by direct routing', async () => {
    const service = { protocol: 'tcp', address: VIP, port: 80 } as const;
    // The command line, as ipvsadm's, writes the service's port at once; other programs do not.
    await ward.host.perform({
      do: 'ipvs',
      changes: [
        { kind: 'add-service', service: { ...service, scheduler: 'rr' } },
        { kind: 'add-destination', service, destination: { address: '10.2.0.11', port: 8080 } },
      ],
    });
    expect((await ward.fix('port-not-translated')).severity).toBe('error');
  });

  it('that does not forward', async () => {
    await ward.run('sysctl -qw net.ipv4.ip_forward=0');
    expect(await ward.fix('masquerade-without-forwarding')).toMatchObject({
      subject: 'net.ipv4.ip_forward',
    });
    await ward.host.write('net/ipv4/conf/e1/forwarding', '0');
    expect((await ward.fix('masquerade-without-forwarding')).subject).toBe('net.ipv4.conf.e1.forwarding');
  });

  it('that sends redirects on its one LAN', async () => {
    await ward.run(`lvsadm -a ${WEB} -r 10.0.0.11:80 -m`);
    for (const name of ['all', 'e0']) await ward.host.write(`net/ipv4/conf/${name}/send_redirects`, '1');
    const { fix } = await ward.fix('masquerade-redirects', { there: ['masquerade-among-clients'] });
    expect(fix).toHaveLength(2);
    expect((await ward.fixBy('masquerade-among-clients', `lvsadm -d ${WEB} -r 10.0.0.11:80`)).severity).toBe(
      'hint',
    );
  });

  it('with NAT to a real server behind a router', async () => {
    await ward.run(`lvsadm -a ${WEB} -r 10.9.0.11:80 -m`);
    expect((await ward.examine())[0]).toMatchObject({
      rule: 'masquerade-behind-router',
      severity: 'warning',
    });
    // By another router than the clients' it is less of a suspicion.
    await ward.run('ip route add 10.9.0.0/16 via 10.2.0.1');
    try {
      const finding = await ward.fixBy('masquerade-behind-router', `lvsadm -d ${WEB} -r 10.9.0.11:80`);
      expect(finding).toMatchObject({ severity: 'hint' });
      expect(finding.seen).toContain('by router 10.2.0.1');
    } finally {
      await ward.run('ip route del 10.9.0.0/16');
    }
  });

  it('with one-packet scheduling and NAT', async () => {
    await ward.run(`lvsadm -A -u ${VIP}:53 -s rr -o`, `lvsadm -a -u ${VIP}:53 -r 10.2.0.11:53 -m`);
    expect((await ward.fix('masquerade-one-packet')).fix).toEqual([`lvsadm -E -u ${VIP}:53 -s rr`]);
  });

  it('with a tunnel that has no room for its header', async () => {
    await ward.run(`lvsadm -A -t ${VIP}:81 -s rr`, `lvsadm -a -t ${VIP}:81 -r 10.2.0.11:81 -i`);
    const { advice, severity } = (await ward.examine())[0]!;
    const line = /ip link set e1 mtu \d+/.exec(advice!)![0];
    expect({ severity, line }).toEqual({ severity: 'hint', line: 'ip link set e1 mtu 1520' });
    try {
      await ward.fixBy('tunnel-without-room', line);
    } finally {
      await ward.run('ip link set e1 mtu 1500');
    }
  });

  it('with tunnels whose packets come from the VIP', async () => {
    const vip = 'fd02::100';
    const add = `lvsadm -a -t [${vip}]:80 -r [fd02::11]:80 -i -w 3`;
    // Of a host address the most bits are the destination's.
    await ward.run(`ip addr add ${vip}/128 dev e1 nodad`, `lvsadm -A -t [${vip}]:80 -s rr`, add);
    try {
      const finding = await ward.fix('tunnel-from-vip', { there: ['tunnel-without-room'] });
      expect(finding.fix[2]).toBe(add);
    } finally {
      await ward.run(`ip addr del ${vip}/128 dev e1`);
    }
  });

  it('without the address of a service', async () => {
    await ward.run(`ip addr del ${VIP}/32 dev e0`);
    const { code, stdout } = await ward.host.tryLvsadm('doctor');
    expect(stdout).toContain(`ERROR ${VIP}: the address of a service is not on this host`);
    expect(code).toBe(4);
    await ward.fix('vip-missing');
  });

  it('without an IPv6 address of a service', async () => {
    await ward.run('sysctl -qw net.ipv6.conf.all.forwarding=1');
    await ward.run(`lvsadm -A -t [${VIP6}]:80 -s rr`, `lvsadm -a -t [${VIP6}]:80 -r [fd02::11]:80 -m`);
    await ward.fix('vip-missing');
    await ward.run('sysctl -qw net.ipv6.conf.all.forwarding=0');
    expect((await ward.fix('masquerade-without-forwarding')).subject).toBe('net.ipv6.conf.all.forwarding');
    await ward.run('sysctl -qw net.ipv6.conf.all.forwarding=0', `ip addr del ${VIP6}/128 dev e0`);
  });

  it('that drops clients’ packets for their source', async () => {
    await ward.run('ip addr add 10.2.0.100/32 dev e1', 'lvsadm -A -t 10.2.0.100:80 -s rr');
    await ward.run('lvsadm -a -t 10.2.0.100:80 -r 10.0.0.11:80 -g');
    for (const name of ['e0', 'e1']) await ward.host.write(`net/ipv4/conf/${name}/rp_filter`, '1');
    expect((await ward.fix('clients-strict-source')).subject).toBe('10.2.0.100');
    for (const name of ['e0', 'e1']) await ward.host.write(`net/ipv4/conf/${name}/rp_filter`, '0');
  });

  it('with an IPv6 address that another host has', async () => {
    ip('outside', `addr add ${VIP6}/128 dev e0 nodad`);
    await ward.run(
      `ip addr add ${VIP6}/128 dev e0 preferred_lft 0`,
      'sysctl -qw net.ipv6.conf.all.forwarding=1',
    );
    await ward.run(`lvsadm -A -t [${VIP6}]:80 -s rr`, `lvsadm -a -t [${VIP6}]:80 -r [fd02::11]:80 -m`);
    try {
      const rules = async () => (await ward.examine()).map(({ rule }) => rule);
      await vi.waitFor(async () => expect(await rules()).toEqual(['vip-duplicate']), { timeout: 8000 });
      ip('outside', `addr del ${VIP6}/128 dev e0`);
      const { fix } = (await ward.examine())[0]!;
      await ward.run(...fix);
      await vi.waitFor(async () => expect(await ward.examine()).toEqual([]), { timeout: 8000 });
    } finally {
      await ward.run(`ip addr del ${VIP6}/128 dev e0`, 'sysctl -qw net.ipv6.conf.all.forwarding=0');
    }
  });

  it('with a service whose real servers all have weight 0', async () => {
    await ward.run(
      `lvsadm -e ${WEB} -r 10.2.0.11:8080 -m -w 0`,
      `lvsadm -a ${WEB} -r 10.2.0.12:8080 -m -w 0`,
    );
    expect((await ward.fix('no-weight')).fix).toHaveLength(2);
  });

  it('with a service that has no real server', async () => {
    await ward.run('lvsadm -A -t 10.0.0.100:81 -s rr');
    const { code, stdout } = await ward.host.tryLvsadm('doctor');
    expect(stdout).toContain(`WARNING tcp ${VIP}:81: it has no real server [no-destination]`);
    expect(code).toBe(6);
    await ward.run('lvsadm -a -t 10.0.0.100:81 -r 10.2.0.11:81 -m');
    expect(await ward.examine()).toEqual([]);
  });

  it('with a document that asks for a scheduler that there is not', async () => {
    const document = (scheduler: string) =>
      file(
        `${scheduler}.yaml`,
        `services: [{ address: ${VIP}:80, scheduler: ${scheduler}, destinations: [{ address: 10.2.0.11:8080, forwarding: masquerade }] }]`,
      );
    expect(await ward.examine(` ${document('nosuch')}`)).toMatchObject([
      { rule: 'scheduler-missing', severity: 'error', subject: `tcp ${VIP}:80` },
    ]);
    expect(await ward.examine(` ${document('rr')}`)).toEqual([]);
    // What is in the table does not count then.
    await ward.run('lvsadm -A -t 10.0.0.100:81 -s rr');
    expect(await ward.examine(` ${document('rr')}`)).toEqual([]);
  });

  it('with a service that has no scheduler', async () => {
    await ward.run(`lvsadm -E ${WEB} -s none`);
    expect((await ward.fix('no-scheduler')).severity).toBe('error');
  });

  it('with a hashing scheduler that refuses the share of a drained real server', async () => {
    await ward.run(`lvsadm -E ${WEB} -s sh -b sh-port`, `lvsadm -a ${WEB} -r 10.2.0.12:8080 -m -w 0`);
    const { fix } = await ward.fix('hash-without-fallback');
    expect(fix).toEqual([`lvsadm -E ${WEB} -s sh -b sh-port,sh-fallback`]);
  });

  it('with UDP clients that stay', async () => {
    const DNS = `-u ${VIP}:53`;
    const add = (method: string) =>
      ['11', '12'].map((host) => `lvsadm -a ${DNS} -r 10.2.0.${host}:53 ${method}`);
    await ward.run(`lvsadm -A ${DNS} -s rr -b flag-1`, ...add('-g'));
    expect((await ward.fix('udp-sticks')).fix).toEqual([`lvsadm -E ${DNS} -s rr -b flag-1 -o`]);
    await ward.run(`lvsadm -D ${DNS}`, `lvsadm -A ${DNS} -s rr`, ...add('-m'));
    expect((await ward.fix('udp-sticks')).fix).toEqual(['lvsadm --set 0 0 10']);
    await ward.run('lvsadm --set 0 0 300');
  });

  it('whose persistence will go on to feed a drained real server', async () => {
    await ward.host.write('net/ipv4/vs/expire_quiescent_template', '0');
    await ward.run(`lvsadm -E ${WEB} -s rr -p 300`);
    expect((await ward.fix('persistence-feeds-drained')).severity).toBe('hint');
  });

  it('that drops in silence what goes to a removed real server', async () => {
    await ward.host.write('net/ipv4/vs/expire_nodest_conn', '0');
    expect((await ward.fix('removed-server-swallows')).severity).toBe('hint');
  });

  it('that sends a reused port to the old real server', async () => {
    await ward.host.write('net/ipv4/vs/conn_reuse_mode', '0');
    await ward.fix('connection-reuse');
  });

  // At the end, when the kernel has sent all that it sends of itself for new addresses.
  it('is not changed by being looked at', async () => {
    const sent = async () =>
      Promise.all(
        ['e0', 'e1'].map(async (device) => ward.host.perform<{ sent: number }>({ do: 'counters', device })),
      );
    const look = async () => [
      await ward.host.dump(),
      await ward.host.program('ip neigh'),
      await sent(),
      await ward.host.program('cat /proc/modules'),
    ];
    const before = await look();
    await ward.host.lvsadm('doctor');
    expect(await look()).toEqual(before);
  });
});
