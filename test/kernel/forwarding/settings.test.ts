import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Neighbour } from '../../../src/model/network.ts';
import { ip } from './namespace.ts';
import { CLIENT, DIRECTOR, SERVERS, TestNetwork, VIP } from './network.ts';

// What a director is given beyond the bare need: each setting with it, and without it, seen from the other hosts.

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.build();
});
afterEach(async () => {
  for (const server of network.servers) await server.lvsadm('realserver down');
  await network.director.perform({ do: 'ipvs', changes: [] });
  await network.director.lvsadm('director down');
  await network.forget(VIP);
});
afterAll(() => network?.close());

/** A NAT service with both servers, prepared with our commands. */
async function balanceByNat(words = ''): Promise<void> {
  await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode nat --scheduler rr`);
  await network.director.lvsadm(`-A -t ${VIP}:80 -s rr${words}`);
  for (const [number, server] of network.servers.entries()) {
    const address = SERVERS[number]!;
    await server.lvsadm(`realserver up --mode nat --director ${DIRECTOR} --set-gateway`);
    await server.perform({ do: 'serve', name: `server-${number + 1}`, address, port: 8080 });
    await network.director.lvsadm(`-a -t ${VIP}:80 -r ${address}:8080 -m`);
  }
}

/** Servers that keep a conversation up, in place of the ones that answer once. Agents never give a port up. */
async function listenInstead(port: number): Promise<void> {
  for (const [number, server] of network.servers.entries()) {
    const address = SERVERS[number]!;
    await server.perform({ do: 'listen', name: `server-${number + 1}`, address, port });
    await network.director.lvsadm(`-a -t ${VIP}:80 -r ${address}:${port} -m`);
    await network.director.lvsadm(`-d -t ${VIP}:80 -r ${address}:8080`);
  }
}

const ask = async () => (await network.ask(1, { protocol: 'tcp', address: VIP, port: 80, patience: 900 }))[0];

describe('send_redirects', () => {
  const CASES = [
    ['0, as director up has it: the way back stays', '0', true],
    ['1: a real server learns a way past the director, and the client gets no answer', '1', false],
  ] as const;

  it.each(CASES)('%s', async (_says, value, answered) => {
    await balanceByNat();
    for (const name of ['all', 'e0']) {
      const path = `net/ipv4/conf/${name}/send_redirects`;
      if (value === '1') await network.director.write(path, value);
    }
    await network.director.lvsadm(`-A -u ${VIP}:80 -s rr`);
    await network.director.lvsadm(`-a -u ${VIP}:80 -r ${SERVERS[0]}:8080 -m`);
    // The first redirect has the server ask for the router's hardware address, a later one is believed. Not so TCP's:
    // where all hosts are one kernel it comes while the server's socket is still sending.
    const question = { protocol: 'udp', address: VIP, port: 80, patience: 500 } as const;
    let answer: string | null | undefined;
    for (let time = 0; time < 8; time++) {
      [answer] = await network.ask(1, question);
      await sleep(100);
    }
    const way = routeToClient('server-1');
    ip('server-1', 'route flush cache');
    expect({ answer, way }).toEqual({
      answer: answered ? `server-1 ${CLIENT}` : null,
      way: expect.stringContaining(`via ${answered ? DIRECTOR : '10.0.0.254'} `),
    });
  });

  function routeToClient(host: string): string {
    return execFileSync('ip', ['-n', host, 'route', 'get', CLIENT], { encoding: 'utf8' });
  }
});

describe('expire_nodest_conn', () => {
  const CASES = [
    ['1, as director up has it: the client of a removed server is told so', '1', true],
    ['0: it hangs', '0', false],
  ] as const;

  it.each(CASES)('%s', async (_says, value, told) => {
    await balanceByNat();
    await network.director.write('net/ipv4/vs/expire_nodest_conn', value);
    const id = `nodest ${value}`;
    const port = 9000 + Number(value);
    await listenInstead(port);
    expect(await network.client.perform({ do: 'open', id, address: VIP, port: 80 })).toBe(true);
    const server = await network.client.perform<string>({ do: 'say', id });
    const address = SERVERS[server.startsWith('server-1') ? 0 : 1]!;
    await network.director.lvsadm(`-d -t ${VIP}:80 -r ${address}:${port}`);
    expect(await network.client.perform({ do: 'say', id })).toBeNull();
    expect(await network.client.perform({ do: 'ended', id })).toBe(told);
    await network.client.perform({ do: 'hang-up', id });
  });
});

describe('expire_quiescent_template', () => {
  const CASES = [
    ['1, as director up has it: a client leaves a server of weight 0', '1', true],
    ['0: it is kept there', '0', false],
  ] as const;

  it.each(CASES)('%s', async (_says, value, leaves) => {
    await balanceByNat(' -p 60');
    await network.director.write('net/ipv4/vs/expire_quiescent_template', value);
    const first = await ask();
    expect(first).toMatch(/^server-[12] /);
    expect(await ask()).toBe(first);
    const address = SERVERS[first!.startsWith('server-1') ? 0 : 1]!;
    await network.director.lvsadm(`-e -t ${VIP}:80 -r ${address}:8080 -m -w 0`);
    if (leaves) expect(await ask()).not.toBe(first);
    else expect(await ask()).toBe(first);
  });
});

describe('neighbours that have another host for the VIP', () => {
  const ELSEWHERE = '02:00:00:00:00:99';
  const NEW = '02:00:00:00:00:10';

  async function holder(): Promise<string | undefined> {
    return (await network.router.perform<Neighbour | null>({ do: 'neighbour', device: 'lan', address: VIP }))
      ?.hardwareAddress;
  }

  async function misled(): Promise<void> {
    ip('router', `neigh replace ${VIP} lladdr ${ELSEWHERE} dev lan nud stale`);
    // An entry that is younger than a second is not replaced.
    await sleep(1200);
    expect(await holder()).toBe(ELSEWHERE);
  }

  const director = () => network.director.perform<string>({ do: 'hardware-address', device: 'e0' });

  it('are told by director up; a bare address is not announced', async () => {
    await misled();
    ip('director', `addr add ${VIP}/32 dev e0`);
    await sleep(200);
    expect(await holder()).toBe(ELSEWHERE);
    ip('director', `addr del ${VIP}/32 dev e0`);

    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr --take-over`);
    await sleep(200);
    expect(await holder()).toBe(await director());
  });

  it.each([
    ['1, as director up has it: are told again when the hardware address changes', '1'],
    ['0: are not', '0'],
  ])('arp_notify %s', async (_says, value) => {
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr`);
    await network.director.write('net/ipv4/conf/e0/arp_notify', value);
    await misled();
    const own = await director();
    ip('director', `link set e0 address ${NEW}`);
    await sleep(200);
    expect(await holder()).toBe(value === '1' ? NEW : ELSEWHERE);
    ip('director', `link set e0 address ${own}`);
  });
});
