import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ip, type Namespace } from '../kernel/forwarding/namespace.ts';
import { FullnatNetwork, LIPS, nft, SERVERS, stateOf, VIP } from './network.ts';

const SERVICE = `-t ${VIP}:80`;
const ENABLE = `fullnat enable ${SERVICE} --local-address ${LIPS[0]}-${LIPS[1]} --floating`;
/** The kernel's sync daemon tells of a connection after its third packet, and sends what it has every two seconds. */
const SYNCED = 5000;

let network: FullnatNetwork;
let before: string[][];
let directors: Namespace[];
beforeAll(async () => {
  network = await FullnatNetwork.build();
  directors = [network.director, network.second];
  before = await Promise.all(directors.map(stateOf));
  const [server] = network.servers;
  await server.perform({ do: 'listen', name: server.name, address: SERVERS[0]!, port: 9090 });
  for (const [index, director] of directors.entries()) {
    await director.write('net/ipv4/conf/all/arp_notify', '1');
    await director.lvsadm(`-A ${SERVICE} -s rr`);
    await director.lvsadm(ENABLE);
    await director.lvsadm(`-a ${SERVICE} -r ${SERVERS[0]}:9090 --fullnat`);
    await director.lvsadm(
      `--start-daemon ${['master', 'backup'][index]} --mcast-interface middle --syncid 7`,
    );
  }
});
afterAll(() => network?.close());

const open = (id: string) => network.client.perform({ do: 'open', id, address: VIP, port: 80 });
const say = (id: string) => network.client.perform({ do: 'say', id, patience: 6000 });

function put(host: Namespace, verb: 'add' | 'del'): void {
  const lines = [
    `addr ${verb} ${VIP}/32 dev front`,
    ...LIPS.map((lip) => `addr ${verb} ${lip}/32 dev middle`),
  ];
  ip(host.name, lines.join('\n'));
}

/** What keepalived does: the addresses go, and come; neighbours are told. */
async function forgetNeighbours(): Promise<void> {
  await network.client.perform({ do: 'forget', device: 'front', address: VIP });
  for (const lip of LIPS) await network.router.perform({ do: 'forget', device: 'middle', address: lip });
}

/**
 * Has the first director crash while the server talks unasked, and the second take over. Gives how many of the lines
 * that the server said meanwhile the client has heard, and whether the conversation goes on.
 */
async function failOver(id: string): Promise<{ heard: number; answer: unknown }> {
  put(network.director, 'add');
  await forgetNeighbours();
  expect(await open(id)).toBe(true);
  for (let times = 0; times < 4; times++) expect(await say(id)).toMatch(/^server-1 10\.2\.0\.20[01]$/);
  await sleep(SYNCED);
  put(network.director, 'del');
  put(network.second, 'add');
  await forgetNeighbours();
  // The server speaks first: its packets come to a director that has no connection of this kind in its tracking.
  await network.servers[0].perform({ do: 'chatter', lines: 5 });
  const answer = await say(id);
  await sleep(3000);
  const heard = (await network.client.perform<string[]>({ do: 'heard', id })).length;
  await network.client.perform({ do: 'hang-up', id });
  put(network.second, 'del');
  return { heard, answer };
}

describe('failover to a second director', () => {
  it('keeps a live connection, and the real server sees the same local address', async () => {
    expect(await failOver('kept')).toEqual({
      heard: 5,
      answer: expect.stringMatching(/^server-1 10\.2\.0\.20/),
    });
  });

  it('without the guard the new director resets the real server’s connection', async () => {
    nft(network.second, 'flush chain inet lvsadm guard');
    expect((await failOver('unguarded')).answer).toBe(null);
    nft(network.second, 'delete table inet lvsadm');
    await network.second.lvsadm(ENABLE);
  });

  it('without the sync daemon the connection is lost', async () => {
    await network.second.lvsadm('--stop-daemon backup');
    expect((await failOver('unsynced')).answer).toBe(null);
  });

  it('disable leaves both directors as they were', async () => {
    await network.director.lvsadm('--stop-daemon master');
    for (const [index, director] of directors.entries()) {
      await director.lvsadm('fullnat disable --now');
      await director.lvsadm('-C');
      await director.write('net/ipv4/conf/all/arp_notify', '0');
      expect(await stateOf(director)).toEqual(before[index]);
    }
  });
});
