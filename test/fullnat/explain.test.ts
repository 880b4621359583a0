import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../kernel/forwarding/capture.ts';
import { explain, hopSignatures } from '../kernel/forwarding/explained.ts';
import { forgetJournals } from '../kernel/forwarding/machine.ts';
import { FullnatNetwork, LIPS, LIPS6, nft, SERVERS, SERVERS6, VIP, VIP6 } from './network.ts';

let network: FullnatNetwork;
beforeAll(async () => {
  forgetJournals();
  network = await FullnatNetwork.build();
});
afterAll(() => network?.close());

const endpoint = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

describe.each([
  ['IPv4', VIP, '10.1.0.2', SERVERS[0]!, LIPS[0]!],
  ['IPv6', VIP6, 'fd01::2', SERVERS6[0]!, LIPS6[0]!],
])('FULLNAT, %s', (_name, vip, client, server, lip) => {
  const port = 42_001;
  const service = `-t ${endpoint(vip, 80)}`;

  beforeAll(async () => {
    const { director, servers } = network;
    await director.lvsadm(`director up --vip ${vip} --device front --mode nat --scheduler rr --take-over`);
    await director.lvsadm(`-A ${service} -s rr`);
    await director.lvsadm(`fullnat enable ${service} --local-address ${lip} --device middle --take-over`);
    await director.lvsadm(`-a ${service} -r ${endpoint(server, 8080)} --fullnat`);
    await servers[0].perform({ do: 'listen', name: 'server-1', address: server, port: 8080 });
    expect(await connect(port + 1)).toBe(`server-1 ${lip}`);
  });
  afterAll(async () => {
    await network.director.lvsadm('fullnat disable --now');
    await network.director.lvsadm('-C');
    await network.director.lvsadm('director down');
  });

  async function connect(from: number): Promise<string | null> {
    const id = endpoint(vip, from);
    await network.client.perform({ do: 'open', id, address: vip, port: 80, from: { port: from } });
    return network.client.perform({ do: 'say', id });
  }

  it('has every packet’s addresses as they are on the wire, on both sides of the director', async () => {
    const { director } = network;
    const { code, explained } = await explain(
      director,
      `${endpoint(vip, 80)} --from ${endpoint(client, port)}`,
    );
    expect(code).toBe(0);
    const hops = hopSignatures(explained.destinations[0]!.hops);
    const captures = await Promise.all(['front', 'middle'].map((name) => Capture.begin(director.name, name)));
    expect(await connect(port)).toBe(`server-1 ${lip}`);
    const [front, middle] = await Promise.all(captures.map((capture) => capture.end(port)));
    expect(hops).toHaveLength(4);
    expect(front).toEqual([hops[0], hops[3]]);
    expect(middle).toEqual([hops[1], hops[2]]);
  });

  it('does not tell a local address where it may be one of several', async () => {
    const { director } = network;
    const [first, second] = vip === VIP ? LIPS : LIPS6;
    await director.lvsadm(
      `fullnat enable ${service} --local-address ${first}-${second} --device middle --take-over`,
    );
    const { explained } = await explain(director, endpoint(vip, 80));
    const [, hop] = explained.destinations[0]!.hops;
    expect(hop!.source).toEqual({ address: null, port: null });
    expect(hop!.remarks.join()).toContain(`one of the local addresses ${first}-${second}`);
  });
});

describe('a service by firewall mark', () => {
  const words = `${VIP}:80 --from 10.1.0.2`;
  beforeAll(async () => {
    const { director } = network;
    await director.lvsadm(`director up --vip ${VIP} --device front --mode nat --scheduler rr --take-over`);
    await director.lvsadm('-A -f 7 -s rr');
    await director.lvsadm(`-a -f 7 -r ${SERVERS[0]} -m`);
  });
  afterAll(async () => {
    await network.director.lvsadm('-C');
    await network.director.lvsadm('director down');
  });

  const mark = (rule: string) =>
    nft(
      network.director,
      `table inet marks {\nchain early { type filter hook prerouting priority mangle; ${rule} meta mark set 7; }\n}\n`,
    );
  const unmark = () => nft(network.director, 'delete table inet marks');

  it('is found when a rule of nftables gives the packet its mark', async () => {
    const none = (await explain(network.director, words)).explained;
    expect(none.service).toBeNull();
    expect(none.notes.join()).toContain('no rule that nft shows gives this packet one');

    mark(`ip daddr ${VIP} tcp dport 443`);
    expect(await found()).toBeUndefined();
    expect(await connections()).toBe(0);
    unmark();

    mark(`ip daddr ${VIP} tcp dport { 80, 443 } counter`);
    expect(await found()).toEqual({ name: 'fwmark 7', foundBy: 'mark' });
    expect(await connections()).toBe(1);
    unmark();
  });

  it('is said to be possible when the rule is not understood', async () => {
    mark('iifname "front" tcp dport 80');
    const { explained } = await explain(network.director, words);
    expect(explained.service).toBeNull();
    expect(explained.notes.join()).toContain('may give this packet mark 7');
    unmark();
  });

  /** How many the service has after one more attempt; the server needs not answer. */
  async function connections(): Promise<number> {
    await network.ask(1, { protocol: 'tcp', address: VIP, port: 80, patience: 300 });
    const { stdout } = await network.director.tryLvsadm('-L -f 7 --json');
    const [destination] = JSON.parse(stdout).services[0].destinations;
    return destination.activeConnections + destination.inactiveConnections;
  }

  async function found(): Promise<{ name: string; foundBy: string } | undefined> {
    const { service } = (await explain(network.director, words)).explained;
    return service ? { name: service.name, foundBy: service.foundBy } : undefined;
  }
});
