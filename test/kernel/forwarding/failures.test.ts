import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Neighbour } from '../../../src/model/network.ts';
import { ip, type Namespace } from './namespace.ts';
import { DIRECTOR, SERVERS, TestNetwork, VIP, VIP6 } from './network.ts';

let network: TestNetwork;
let server: Namespace;
let before: string[][];
beforeAll(async () => {
  network = await TestNetwork.build();
  [server] = network.servers;
  before = await Promise.all(network.hosts.map((host) => host.dump()));
});
afterEach(async () => {
  for (const host of network.hosts) {
    await host.lvsadm('realserver down');
    await host.lvsadm('director down');
    await host.perform({ do: 'ipvs', changes: [] });
  }
  await network.forget(VIP);
  const after = await Promise.all(network.hosts.map((host) => host.dump()));
  for (const [index, lines] of after.entries()) expect(lines).toEqual(before[index]);
});
afterAll(() => network?.close());

/** Who answers the router for an address: a hardware address, or nobody. */
async function whoAnswers(address: string): Promise<string | undefined> {
  await network.forget(address);
  await network.router.perform({ do: 'solicit', device: 'lan', address });
  for (let waited = 0; waited < 4000; waited += 50) {
    const found = await neighbour(address);
    if (found?.state === 'reachable') return found.hardwareAddress;
    if (found?.state === 'failed') return undefined;
    await sleep(50);
  }
  return undefined;
}

function neighbour(address: string): Promise<Neighbour | null> {
  return network.router.perform({ do: 'neighbour', device: 'lan', address });
}

async function hardwareAddress(host: Namespace): Promise<string> {
  return host.perform({ do: 'hardware-address', device: 'e0' });
}

async function balance(forwarding: 'direct' | 'tunnel', address: string): Promise<void> {
  const service = { protocol: 'tcp', address: VIP, port: 80, scheduler: 'rr' } as const;
  await network.director.perform({
    do: 'ipvs',
    changes: [
      { kind: 'add-service', service },
      { kind: 'add-destination', service, destination: { address, port: 80, forwarding } },
    ],
  });
}

const ask = async () => (await network.ask(1, { protocol: 'tcp', address: VIP, port: 80, patience: 900 }))[0];

describe('ARP', () => {
  it('a real server is silent about the VIP; without arp_ignore it answers, and status says so', async () => {
    await server.lvsadm(`realserver up --mode dr --vip ${VIP}`);
    expect(await whoAnswers(VIP)).toBeUndefined();

    await server.write('net/ipv4/conf/e0/arp_ignore', '0');
    expect(await whoAnswers(VIP)).toBe(await hardwareAddress(server));
    const { code, stdout } = await server.tryLvsadm('realserver status');
    expect(code).toBe(4);
    expect(stdout).toContain('net/ipv4/conf/e0/arp_ignore is in effect 0');

    const fix = /fix: lvsadm (.*)/.exec(stdout)?.[1];
    await server.lvsadm(fix!);
    expect(await whoAnswers(VIP)).toBeUndefined();
  });

  it('a real server is silent too on a device that was down, and on one that appears later', async () => {
    const add = (name: string) => ip(server.name, `link add link e0 name ${name} type macvlan mode bridge`);
    const answered = async (name: string) => {
      await server.write(`net/ipv4/conf/${name}/arp_ignore`, '0');
      const holder = await whoAnswers(VIP);
      await server.write(`net/ipv4/conf/${name}/arp_ignore`, '1');
      return holder;
    };
    add('asleep');
    try {
      await server.lvsadm(`realserver up --mode dr --vip ${VIP}`);
      ip(server.name, 'link set asleep up');
      add('late');
      ip(server.name, 'link set late up');
      expect(await whoAnswers(VIP)).toBeUndefined();
      for (const name of ['asleep', 'late']) {
        expect(await answered(name)).toBe(await server.perform({ do: 'hardware-address', device: name }));
      }
      expect(await whoAnswers(VIP)).toBeUndefined();
      expect(await server.lvsadm('realserver status')).toContain(': prepared');
    } finally {
      ip(server.name, 'link del asleep');
      ip(server.name, 'link del late');
    }
  });

  it('of two hosts that are director and real server both, the one that is the director answers', async () => {
    const both = [network.director, server];
    for (const host of both) await host.lvsadm(`realserver up --mode dr --vip ${VIP} --also-director`);
    expect(await whoAnswers(VIP)).toBeUndefined();
    for (const host of both) {
      await host.lvsadm(`director up --vip ${VIP} --device e0 --mode dr --scheduler rr --take-over`);
      expect(await whoAnswers(VIP)).toBe(await hardwareAddress(host));
      for (const role of ['realserver', 'director']) {
        expect(await host.lvsadm(`${role} status`)).toContain(`${role} ${VIP}: prepared`);
      }
      // Prepared as a real server again while it is the director.
      await host.lvsadm(`realserver up --mode dr --vip ${VIP} --also-director`);
      await host.lvsadm('director down');
      expect(await whoAnswers(VIP)).toBeUndefined();
    }
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr --scheduler rr`);
    await network.director.perform({ do: 'serve', name: 'local', address: VIP, port: 80 });
    await server.perform({ do: 'serve', name: 'server-1', address: VIP, port: 80 });
    await balance('direct', SERVERS[0]!);
    expect(JSON.stringify(await ask())).toContain('server-1');
  });

  it('on a real server whose VIP has a network, status says what to do, and names no command that refuses', async () => {
    ip(server.name, `addr add ${VIP}/24 dev lo`);
    const { code, stdout } = await server.tryLvsadm(`realserver status --mode dr --vip ${VIP}`);
    expect(code).toBe(4);
    expect(stdout).not.toContain('fix:');
    const command = /take that away first: ip address (.*)/.exec(stdout)?.[1] ?? '';
    ip(server.name, `addr ${command.replace('delete', 'del')}`);
    await server.lvsadm(`realserver up --mode dr --vip ${VIP}`);
    expect(await server.lvsadm('realserver status')).toContain(': prepared');
  });

  it('a container behind a veth without an address still finds a real server', async () => {
    const box = 'lvs-box';
    ip(
      undefined,
      `netns add ${box}\nlink add pod1 netns ${server.name} type veth peer name eth0 netns ${box}`,
    );
    try {
      ip(server.name, 'link set pod1 up\nroute add 10.244.0.2/32 dev pod1');
      ip(box, `link set eth0 up\naddr add 10.244.0.2/32 dev eth0\nroute add ${SERVERS[0]}/32 dev eth0`);
      await server.lvsadm(`realserver up --mode dr --vip ${VIP}`);
      await server.program('ip neigh flush dev pod1');
      const inBox = (words: string[]) =>
        execFileSync('ip', ['netns', 'exec', box, ...words], { encoding: 'utf8' });
      inBox(['bash', '-c', `echo > /dev/udp/${SERVERS[0]}/9`]);
      await sleep(500);
      expect(inBox(['ip', 'neigh', 'show', SERVERS[0]!])).toMatch(/lladdr/);
    } finally {
      ip(undefined, `netns delete ${box}`);
    }
  });

  it('a real server never asks in the name of the VIP; without arp_announce it draws the traffic', async () => {
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr --scheduler rr`);
    await server.lvsadm(`realserver up --mode dr --vip ${VIP}`);
    await server.perform({ do: 'serve', name: 'server-1', address: VIP, port: 80 });
    await balance('direct', SERVERS[0]!);
    const director = await hardwareAddress(network.director);
    const holder = async () => {
      expect(await whoAnswers(VIP)).toBe(director);
      // An entry that is younger than a second is not replaced.
      await sleep(1200);
      await server.perform({ do: 'forget', device: 'e0', address: '10.0.0.254' });
      await ask();
      return (await neighbour(VIP))?.hardwareAddress;
    };
    expect(await holder()).toBe(director);
    await server.write('net/ipv4/conf/e0/arp_announce', '0');
    expect(await holder()).toBe(await hardwareAddress(server));
  });
});

describe('reverse path filter', () => {
  afterEach(() => server.write('net/ipv4/conf/all/rp_filter', '0'));

  it('loses what comes out of the tunnel when it is strict; status says so, up fixes it', async () => {
    await server.write('net/ipv4/conf/all/rp_filter', '1');
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode tun --scheduler rr`);
    await server.lvsadm(`realserver up --mode tun --vip ${VIP}`);
    await server.perform({ do: 'serve', name: 'server-1', address: VIP, port: 80 });
    await balance('tunnel', SERVERS[0]!);
    expect(await ask()).toContain('server-1');

    await server.write('net/ipv4/conf/tunl0/rp_filter', '0');
    expect(await ask()).toBeNull();
    const { code, stdout } = await server.tryLvsadm('realserver status');
    expect(code).toBe(4);
    expect(stdout).toContain(
      'net/ipv4/conf/tunl0/rp_filter is in effect 1 (net/ipv4/conf/all/rp_filter has it so)',
    );

    await server.lvsadm(`realserver up --mode tun --vip ${VIP}`);
    expect(await ask()).toContain('server-1');
    await server.lvsadm('realserver down');
    await server.write('net/ipv4/conf/all/rp_filter', '0');
  });
});

describe('the VIP on the segment', () => {
  it.each([VIP, VIP6])('%s: a director does not take it while another host answers for it', async (vip) => {
    const prefix = vip === VIP ? '32' : '128';
    const nodad = vip === VIP6 ? ' nodad' : '';
    ip('server-2', `addr add ${vip}/${prefix} dev e0${nodad}`);
    try {
      const [director, ...others] = before;
      const { code, stdout, stderr } = await network.director.tryLvsadm(
        `director up --vip ${vip} --device e0 --mode dr`,
      );
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toContain(
        `${vip} is in use on the segment of e0, by ${await hardwareAddress(network.servers[1])}`,
      );
      expect(stderr.trimEnd()).not.toContain('\n');
      expect(await network.director.dump()).toEqual(director);
      expect(others).toHaveLength(2);
    } finally {
      ip('server-2', `addr del ${vip}/${prefix} dev e0`);
    }
  });

  it.each([VIP, VIP6])('%s: neighbours learn of a new director without asking', async (vip) => {
    await network.director.lvsadm(`director up --vip ${vip} --device e0 --mode dr`);
    expect(await whoAnswers(vip)).toBe(await hardwareAddress(network.director));
    // The first director is gone all at once; entries younger than a second are not replaced.
    ip('director', 'link set e0 down');
    await sleep(1200);
    await network.servers[1].lvsadm(`director up --vip ${vip} --device e0 --mode dr`);
    await sleep(200);
    expect((await neighbour(vip))?.hardwareAddress).toBe(await hardwareAddress(network.servers[1]));
    await network.servers[1].lvsadm('director down');
    ip('director', 'link set e0 up\nroute replace default via 10.0.0.254');
    ip('director', 'addr replace fd00::10/64 dev e0 nodad\nroute replace default via fd00::254');
    // The link-local address is made anew, and is checked for duplicates first.
    await sleep(2500);
  });
});

describe('the gateway of NAT', () => {
  it('is only checked without --set-gateway', async () => {
    const { code, stderr } = await server.tryLvsadm(`realserver up --mode nat --director ${DIRECTOR}`);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `lvsadm realserver up: replies do not go back through the director ${DIRECTOR}; add --set-gateway to have that set\n`,
    );
    expect(await server.tryLvsadm('realserver up --mode nat --director 10.0.0.254')).toMatchObject({
      code: 0,
    });
  });
});
