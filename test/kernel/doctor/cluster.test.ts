import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT, DIRECTOR, SERVERS, VIP } from '../forwarding/network.ts';
import { Cluster, examine } from './cluster.ts';

// With requests: nothing is found where they are answered; where they are not, what is found ends it.

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.build();
});
afterAll(() => cluster?.close());
afterEach(() => cluster.takeDown());

describe('a cluster', () => {
  it('of NAT', async () => {
    const { director, servers } = cluster.network;
    await cluster.prepare('nat', `--mode nat --director ${DIRECTOR} --set-gateway`, '-m', [
      'hint masquerade-among-clients',
    ]);
    await director.write('net/ipv4/ip_forward', '0');
    await cluster.heal(director, 'masquerade-without-forwarding');
    await servers[0].program('ip route del 0.0.0.0/1');
    await cluster.heal(servers[0], 'replies-miss-director');
  });

  it('of direct routing', async () => {
    const { director, servers } = cluster.network;
    await cluster.prepare('dr', `--mode dr --vip ${VIP}`, '-g');
    await servers[1].program(`ip addr del ${VIP}/32 dev lo`);
    await cluster.heal(servers[1], 'real-server-without-vip');
    await director.program(`ip addr del ${VIP}/32 dev e0`);
    await cluster.network.forget(VIP);
    await cluster.heal(director, 'vip-missing');
    // A real server that answers ARP is seen from the director, too.
    expect(await examine(director, ' --ask')).toEqual([]);
    await servers[0].write('net/ipv4/conf/e0/arp_ignore', '0');
    const { seen } = (await examine(director, ' --ask'))[0]!;
    expect(seen).toContain(await servers[0].perform<string>({ do: 'hardware-address', device: 'e0' }));
    const [finding] = await examine(servers[0]);
    await servers[0].lvsadm(finding!.fix[0]!.slice(7));
    expect(await examine(director, ' --ask')).toEqual([]);
  });

  it('of tunnels', async () => {
    const { servers } = cluster.network;
    const hints = ['hint tunnel-without-room'];
    await cluster.prepare('tun', `--mode tun --vip ${VIP}`, '-i', hints);
    await servers[0].write('net/ipv4/conf/tunl0/rp_filter', '1');
    await cluster.heal(servers[0], 'tunnel-strict-source');
    await servers[1].program('ip link set tunl0 down');
    await cluster.heal(servers[1], 'vip-device-down');
  });

  it('of two directors that are each other’s real server', async () => {
    const { director, servers } = cluster.network;
    const [second] = servers;
    await director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr --scheduler rr`);
    await second.lvsadm(`realserver up --mode dr --vip ${VIP}`);
    for (const host of [director, second]) {
      await host.perform({ do: 'serve', name: host.name, address: '0.0.0.0', port: 80 });
      await host.lvsadm(`-A -t ${VIP}:80 -s rr`);
      for (const real of [DIRECTOR, SERVERS[0]]) await host.lvsadm(`-a -t ${VIP}:80 -r ${real}:80 -g`);
    }
    await director.lvsadm('--start-daemon master --mcast-interface e0 --syncid 7');
    await second.lvsadm('--start-daemon backup --mcast-interface e0 --syncid 7');
    // Half of them the first sends to the second, and half of those the second sends back.
    expect((await cluster.ask(8)).filter((answer) => answer === null)).toHaveLength(2);
    const [finding] = (await examine(second)).filter(({ rule }) => rule === 'director-loop');
    expect(finding?.severity).toBe('warning');
    for (const line of finding!.fix) await second.program(line);
    expect((await examine(second)).map(({ rule }) => rule)).not.toContain('director-loop');
    expect(new Set(await cluster.ask(8))).toEqual(new Set([`director ${CLIENT}`, `server-1 ${CLIENT}`]));
    await director.lvsadm('--stop-daemon master');
    await second.lvsadm('--stop-daemon backup');
  });
});
