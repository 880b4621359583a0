import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journals } from '../forwarding/machine.ts';
import {
  CLIENT,
  FullnatNetwork,
  LIPS,
  LIPS6,
  NEIGHBOUR,
  nft,
  SERVERS,
  SERVERS6,
  stateOf,
  VIP,
  VIP6,
} from './network.ts';

let network: FullnatNetwork;
let before: string[];
beforeAll(async () => {
  network = await FullnatNetwork.build();
  before = await stateOf(network.director);
});
afterAll(() => network?.close());

interface Case {
  readonly name: string;
  readonly vip: string;
  readonly servers: readonly string[];
  readonly lips: readonly string[];
  /** What the service is called, by its protocol. */
  readonly service: (protocol: 'tcp' | 'udp') => string;
}

const CASES: readonly Case[] = [
  {
    name: 'IPv4',
    vip: VIP,
    servers: SERVERS,
    lips: LIPS,
    service: (protocol) => `-${protocol[0]} ${VIP}:80`,
  },
  {
    name: 'IPv6',
    vip: VIP6,
    servers: SERVERS6,
    lips: LIPS6,
    service: (protocol) => `-${protocol[0]} [${VIP6}]:80`,
  },
  { name: 'firewall mark', vip: VIP, servers: SERVERS, lips: LIPS, service: () => '-f 7' },
  { name: 'firewall mark, IPv6', vip: VIP6, servers: SERVERS6, lips: LIPS6, service: () => '-f 7 -6' },
];

const endpoint = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

describe.each(CASES.map((item) => [item.name, item] as const))('%s', (name, item) => {
  const { vip, servers, lips, service } = item;
  const isMark = name.startsWith('firewall');
  const services = [...new Set([service('tcp'), service('udp')])];

  it('answers every request for TCP and UDP; the real server sees a local address', async () => {
    const { director } = network;
    await serveAll();
    await director.lvsadm(`director up --vip ${vip} --device front --mode nat --scheduler rr --take-over`);
    if (isMark) markTraffic(vip);
    for (const words of services) {
      await director.lvsadm(`-A ${words} -s rr`);
      await director.lvsadm(
        `fullnat enable ${words} --local-address ${lips[0]}-${lips[1]} --device middle --take-over`,
      );
      for (const server of servers) await director.lvsadm(`-a ${words} -r ${endpoint(server, 8080)} -m`);
    }
    for (const protocol of ['tcp', 'udp'] as const) {
      const answers = await network.ask(20, { protocol, address: vip, port: 80 });
      expect(answers).not.toContain(null);
      const seen = answers.map((answer) => answer!.split(' '));
      expect([...new Set(seen.map(([server]) => server))].sort()).toEqual(['server-1', 'server-2']);
      // Both are used: the choice goes by the client's port, too.
      expect([...new Set(seen.map(([, address]) => address))].sort()).toEqual(lips);
    }
    expect((await director.tryLvsadm('fullnat status')).code).toBe(0);
  });

  it('leaves no difference when it is disabled', async () => {
    const { director } = network;
    await director.lvsadm('fullnat disable --now');
    await director.lvsadm('-C');
    await director.lvsadm('director down');
    if (isMark) nft(director, 'delete table inet marks');
    expect(await stateOf(director)).toEqual(before);
    expect(journals()).toEqual([]);
  });
});

let serving = false;
async function serveAll(): Promise<void> {
  if (serving) return;
  serving = true;
  for (const [number, server] of network.servers.entries()) {
    for (const address of [SERVERS[number]!, SERVERS6[number]!]) {
      await server.perform({ do: 'serve', name: server.name, address, port: 8080 });
      await server.perform({ do: 'listen', name: server.name, address, port: 9090 });
    }
  }
}

function markTraffic(vip: string): void {
  const ip = vip.includes(':') ? 'ip6' : 'ip';
  nft(
    network.director,
    `table inet marks { chain pre { type filter hook prerouting priority mangle; ${ip} daddr ${vip} meta mark set 7; }\n}`,
  );
}
void [CLIENT, NEIGHBOUR, sleep];
