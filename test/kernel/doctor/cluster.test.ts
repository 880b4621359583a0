import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/model/finding.ts';
import { forgetJournals } from '../forwarding/machine.ts';
import type { Namespace } from '../forwarding/namespace.ts';
import { CLIENT, DIRECTOR, SERVERS, TestNetwork, VIP } from '../forwarding/network.ts';

// With requests: nothing is found where they are answered; where they are not, what is found ends it.

let network: TestNetwork;

beforeAll(async () => {
  forgetJournals();
  network = await TestNetwork.build();
});
afterAll(() => network?.close());
afterEach(async () => {
  for (const host of network.hosts) {
    await host.lvsadm('-C');
    for (const role of ['director', 'realserver']) await host.lvsadm(`${role} down`);
  }
  await network.forget(VIP);
});

/** Prepares all and expects that it works, and that no doctor has anything against it but these hints. */
async function build(mode: string, server: string, method: string, hints: readonly string[] = []) {
  const { director, servers } = network;
  await director.lvsadm(`director up --vip ${VIP} --device e0 --mode ${mode} --scheduler rr`);
  await director.lvsadm(`-A -t ${VIP}:80 -s rr`);
  for (const [number, host] of servers.entries()) {
    await host.lvsadm(`realserver up ${server}`);
    await host.perform({ do: 'serve', name: host.name, address: '0.0.0.0', port: 80 });
    await director.lvsadm(`-a -t ${VIP}:80 -r ${SERVERS[number]}:80 ${method}`);
  }
  expect(await ask()).toEqual(ALL);
  for (const host of network.hosts) {
    const findings = await examine(host);
    const expected = host === director ? hints : [];
    expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(expected);
  }
}

const ALL = [`server-1 ${CLIENT}`, `server-2 ${CLIENT}`];

/** The answers to two requests, by name. */
async function ask(): Promise<(string | null)[]> {
  const answers = await network.ask(2, { protocol: 'tcp', address: VIP, port: 80, patience: 700 });
  return answers.sort();
}

async function examine(host: Namespace, options = ''): Promise<Finding[]> {
  return (JSON.parse((await host.tryLvsadm(`doctor --json${options}`)).stdout) as { findings: Finding[] })
    .findings;
}

/** Sees that requests fail, and that they are answered when what this host's doctor says, that is worse than a hint, is done. */
async function heal(host: Namespace, rule: string): Promise<void> {
  expect(await ask()).toContain(null);
  const findings = (await examine(host)).filter(({ severity }) => severity !== 'hint');
  expect(findings.map((finding) => finding.rule)).toEqual([rule]);
  for (const line of findings[0]!.mend)
    await (line.startsWith('lvsadm ') ? host.lvsadm(line.slice(7)) : host.program(line));
  expect(await ask()).toEqual(ALL);
}

describe('a cluster', () => {
  it('of NAT', async () => {
    await build('nat', `--mode nat --director ${DIRECTOR} --set-gateway`, '-m', [
      'hint masquerade-among-clients',
    ]);
    await network.director.write('net/ipv4/ip_forward', '0');
    await heal(network.director, 'masquerade-without-forwarding');
    await network.servers[0].program('ip route del 0.0.0.0/1');
    await heal(network.servers[0], 'replies-miss-director');
  });

  it('of direct routing', async () => {
    await build('dr', `--mode dr --vip ${VIP}`, '-g');
    await network.servers[1].program(`ip addr del ${VIP}/32 dev lo`);
    await heal(network.servers[1], 'real-server-without-vip');
    await network.director.program(`ip addr del ${VIP}/32 dev e0`);
    await network.forget(VIP);
    await heal(network.director, 'vip-missing');
    // A real server that answers ARP is seen from the director, too.
    expect(await examine(network.director, ' --ask')).toEqual([]);
    await network.servers[0].write('net/ipv4/conf/e0/arp_ignore', '0');
    const { seen } = (await examine(network.director, ' --ask'))[0]!;
    expect(seen).toContain(
      await network.servers[0].perform<string>({ do: 'hardware-address', device: 'e0' }),
    );
    const [finding] = await examine(network.servers[0]);
    await network.servers[0].lvsadm(finding!.mend[0]!.slice(7));
    expect(await examine(network.director, ' --ask')).toEqual([]);
  });

  it('of tunnels', async () => {
    await build('tun', `--mode tun --vip ${VIP}`, '-i', [
      'hint tunnel-without-room',
      'hint tunnel-without-room',
    ]);
    await network.servers[0].write('net/ipv4/conf/tunl0/rp_filter', '1');
    await heal(network.servers[0], 'tunnel-strict-source');
    await network.servers[1].program('ip link set tunl0 down');
    await heal(network.servers[1], 'vip-device-down');
  });
});
