import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/change.ts';
import type { Destination } from '../../../src/model/destination.ts';
import type { Service } from '../../../src/model/service.ts';
import { Capture } from './capture.ts';
import { CASES } from './cases.ts';
import { explain, hopSignatures } from './explained.ts';
import { ip, type Namespace } from './namespace.ts';
import { CLIENT, CLIENT6, DIRECTOR, SERVERS, TestNetwork, VIP } from './network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.build();
});
afterAll(() => network?.close());

/** No port is used twice: connections are remembered. */
let lastPort = 41_000;
const nextPort = () => ++lastPort;

const endpoint = (address: string, port: number) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
const clientOf = (vip: string) => (vip === VIP ? CLIENT : CLIENT6);

async function setTable(service: Service, destinations: readonly Destination[]): Promise<void> {
  const changes: Change[] = [
    { kind: 'add-service', service },
    ...destinations.map((destination): Change => ({ kind: 'add-destination', service, destination })),
  ];
  await network.director.perform({ do: 'ipvs', changes });
}

const listening = new Set<string>();

/** A socket outlives the address that it is bound to, and its return. */
async function listen(addresses: readonly string[], port: number): Promise<void> {
  const key = endpoint(addresses[0]!, port);
  if (listening.has(key)) return;
  listening.add(key);
  for (const [number, server] of network.servers.entries()) {
    const name = `server-${number + 1}`;
    await server.perform({ do: 'listen', name, address: addresses[number]!, port });
  }
}

/** Opens a connection and gives the number of the server that has it; it stays open. */
async function connect(vip: string, port: number, id = String(port)): Promise<number | undefined> {
  const from = { port };
  if (!(await network.client.perform({ do: 'open', id, address: vip, port: 80, from }))) return undefined;
  const answer = await network.client.perform<string | null>({ do: 'say', id });
  return answer === null ? undefined : Number(/^server-(\d)/.exec(answer)?.[1]);
}

describe.each(CASES.map((item) => [item.name, item] as const))('%s', (_name, item) => {
  const { mode, vip, servers, prepare, port, forwarding, tunnel } = item;
  const words = (from: string) => `${endpoint(vip, 80)} --from ${from}`;

  beforeAll(async () => {
    await network.forget(vip);
    await network.director.lvsadm(`director up --vip ${vip} --device e0 --mode ${mode} --scheduler rr`);
    await setTable(
      { protocol: 'tcp', address: vip, port: 80, scheduler: 'rr' },
      servers.map((address) => ({ address, port, forwarding, ...(tunnel ? { tunnel } : {}) })),
    );
    for (const [number, server] of network.servers.entries()) {
      await server.lvsadm(`realserver up ${prepare(servers[number]!)}`);
    }
    await listen(mode === 'nat' ? servers : [vip, vip], port);
    // From here on they know each other's hardware addresses.
    for (let round = 0; round < 2; round++) expect(await connect(vip, nextPort())).toBeDefined();
  });
  afterAll(async () => {
    for (const server of network.servers) await server.lvsadm('realserver down');
    await network.director.perform({ do: 'ipvs', changes: [] });
    await network.director.lvsadm('director down');
  });

  it('has every packet’s addresses as they are on the wire, and no other packets', async () => {
    const clientPort = nextPort();
    const from = endpoint(clientOf(vip), clientPort);
    const { code, explained } = await explain(network.director, `${words(from)} --ask`);
    expect(code).toBe(0);
    expect(explained.destinations.map(({ share }) => share)).toEqual([0.5, 0.5]);
    const captures = await Promise.all(network.hosts.map(({ name }) => Capture.begin(name, 'e0')));
    const number = await connect(vip, clientPort);
    const [atDirector, ...atServers] = await Promise.all(captures.map((capture) => capture.end(clientPort)));
    expect(number).toBeDefined();
    const chosen = explained.destinations.find(({ address }) => address === servers[number! - 1])!;
    const isDirect = mode !== 'nat';
    const [expected, reply] = [
      hopSignatures(chosen.hops.slice(0, isDirect ? -1 : undefined)),
      chosen.hops.at(-1)!,
    ];
    expect(atDirector).toEqual(expected);
    if (!isDirect) return;
    // What the director cannot see: the request as it arrives, and the answer that goes past.
    const [request, answer] = atServers[number! - 1]!;
    expect(request).toBe(expected.at(-1));
    const router = chosen.hops[0]!.sourceMac!;
    expect(reply).toMatchObject({ from: 'real server', to: 'client', destinationMac: null });
    expect(reply.remarks.join()).toContain(`were they like the director’s: ${router}`);
    expect(answer).toBe(hopSignatures([{ ...reply, destinationMac: router }])[0]);
  });

  it('says the same to people', async () => {
    const { stdout } = await network.director.tryLvsadm(`explain ${words(clientOf(vip))}`);
    expect(stdout).toContain(`service:  tcp ${endpoint(vip, 80)}, found by address and port`);
    expect(stdout).toContain('50 %');
    expect(stdout).toMatch(
      mode === 'nat' ? /replies go back through the director/ : /the director does not see them/,
    );
  });
});

describe('who gets a connection', () => {
  const service = { protocol: 'tcp', address: VIP, port: 80 } as const;
  const question = `${VIP}:80 --from ${CLIENT}`;
  const servers = (weights: readonly number[], rest: Partial<Destination> = {}) =>
    weights.map(
      (weight, at): Destination => ({
        address: SERVERS[at]!,
        port: 8081,
        forwarding: 'masquerade',
        weight,
        ...rest,
      }),
    );

  beforeAll(async () => {
    const modules = ['wrr', 'lc', 'sed', 'nq', 'fo', 'ovf', 'sh'].map((name) => `ip_vs_${name}`);
    execFileSync('/sbin/modprobe', ['-a', ...modules]);
    await network.forget(VIP);
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode nat`);
    for (const server of network.servers) {
      await server.lvsadm(`realserver up --mode nat --director ${DIRECTOR} --set-gateway`);
    }
    await listen(SERVERS, 8081);
  });
  afterAll(async () => {
    for (const server of network.servers) await server.lvsadm('realserver down');
    await network.director.perform({ do: 'ipvs', changes: [] });
    await network.director.lvsadm('director down');
  });
  const hangUp = async (ports: readonly number[]) => {
    for (const port of ports) await network.client.perform({ do: 'hang-up', id: String(port) });
  };

  it('wrr gives three of four connections to the one with three times the weight', async () => {
    await setTable({ ...service, scheduler: 'wrr' }, servers([3, 1]));
    const { explained } = await explain(network.director, question);
    const share = new Map(explained.destinations.map((item) => [item.address, item.share]));
    expect(share).toEqual(
      new Map([
        [SERVERS[0], 0.75],
        [SERVERS[1], 0.25],
      ]),
    );
    const got = [];
    for (let round = 0; round < 8; round++) got.push(await connect(VIP, nextPort()));
    for (const [number, address] of SERVERS.entries()) {
      expect(got.filter((server) => server === number + 1)).toHaveLength(8 * share.get(address)!);
    }
  });

  it.each([
    ['lc', [1, 1]],
    ['wlc', [3, 1]],
    ['sed', [4, 1]],
    ['nq', [4, 1]],
    ['fo', [1, 2]],
    ['ovf', [2, 4]],
  ])('%s gives the next connection to the one that is said to be next', async (scheduler, weights) => {
    await setTable({ ...service, scheduler }, servers(weights));
    const ports: number[] = [];
    const seen: { said: string | undefined; got: string | undefined }[] = [];
    for (let round = 0; round < 5; round++) {
      const { explained } = await explain(network.director, question);
      const said = explained.destinations.find(({ next }) => next)?.address;
      const port = nextPort();
      ports.push(port);
      const got = await connect(VIP, port);
      seen.push({ said, got: got === undefined ? undefined : SERVERS[got - 1] });
    }
    await hangUp(ports);
    expect(seen.map(({ said }) => said)).toEqual(seen.map(({ got }) => got));
    expect(seen[0]!.got).toBeDefined();
  });

  it('one at weight 0 or above its threshold gets none', async () => {
    await setTable({ ...service, scheduler: 'rr' }, servers([0, 1]));
    const ports = [nextPort(), nextPort()];
    expect((await explain(network.director, question)).explained.destinations).toMatchObject([
      { address: expect.any(String) },
      {},
    ]);
    expect(await states()).toEqual({ [SERVERS[0]!]: 'no', [SERVERS[1]!]: 'yes' });
    expect(await connect(VIP, ports[0]!)).toBe(2);

    // The kernel knows removed destinations again, with connections that end only now: another port makes new ones.
    await listen(SERVERS, 8082);
    await setTable({ ...service, scheduler: 'rr' }, servers([1, 1], { port: 8082, upperThreshold: 1 }));
    const first = await connect(VIP, ports[1]!);
    const full = SERVERS[first! - 1]!;
    expect((await states())[full]).toBe('no');
    const second = await connect(VIP, nextPort());
    expect(second).not.toBe(first);
    const { code, explained } = await explain(network.director, question);
    expect(code).toBe(7);
    expect(explained.problems.join()).toContain('no destination takes new connections');
    expect(await connect(VIP, nextPort())).toBeUndefined();
  });

  const states = async () => {
    const { explained } = await explain(network.director, question);
    return Object.fromEntries(explained.destinations.map(({ address, eligible }) => [address, eligible]));
  };

  it('persistence sends a client back, even to a drained destination', async () => {
    const persistent: Service = { ...service, scheduler: 'rr', persistenceTimeout: 60 };
    await setTable(persistent, servers([1, 1]));
    expect((await explain(network.director, question)).explained.persistence).toBeNull();
    const number = await connect(VIP, nextPort());
    const home = endpoint(SERVERS[number! - 1]!, 8081);
    const { explained } = await explain(network.director, question);
    expect(explained).toMatchObject({ arrives: true, persistence: { destination: home }, shown: home });

    const expire = 'net/ipv4/vs/expire_quiescent_template';
    const destination = {
      address: SERVERS[number! - 1]!,
      port: 8081,
      forwarding: 'masquerade',
      weight: 0,
    } as const;
    await network.director.write(expire, '0');
    await network.director.lvsadm(`-e -t ${VIP}:80 -r ${home} -m -w ${destination.weight}`);
    const drained = (await explain(network.director, question)).explained;
    expect(drained).toMatchObject({ arrives: true, persistence: { destination: home } });
    expect(await connect(VIP, nextPort())).toBe(number);

    await network.director.write(expire, '1');
    const moved = (await explain(network.director, question)).explained;
    expect(moved.persistence).toBeNull();
    expect(moved.shown).not.toBe(home);
    expect(await connect(VIP, nextPort())).toBe(3 - number!);
  });

  it('the service of all ports, and one by mark, are found in the kernel’s order', async () => {
    await network.director.perform({
      do: 'ipvs',
      changes: [
        { kind: 'add-service', service: { ...service, port: 0, persistenceTimeout: 60 } },
        { kind: 'add-service', service },
        { kind: 'add-service', service: { ...service, port: 21, persistenceTimeout: 60 } },
        { kind: 'add-service', service: { fwmark: 7, family: 'inet' } },
      ],
    });
    const found = async (words: string) => (await explain(network.director, words)).explained.service;
    expect(await found(question)).toMatchObject({ name: `tcp ${VIP}:80`, foundBy: 'address' });
    expect(await found(`${VIP}:443`)).toMatchObject({ name: `tcp ${VIP}:0`, foundBy: 'any-port' });
    expect(await found(`${VIP}:2000`)).toMatchObject({ name: `tcp ${VIP}:21`, foundBy: 'ftp' });
    expect(await found(`${question} -f 7`)).toMatchObject({ name: 'fwmark 7', foundBy: 'mark' });
    expect(await found(`${question} -f 8`)).toMatchObject({ name: `tcp ${VIP}:80` });
    const { code, explained } = await explain(network.director, `${VIP}:80 -u`);
    expect(code).toBe(7);
    expect(explained.service).toBeNull();
    expect(explained.notes.join()).toContain(
      'services of this address: tcp 10.0.0.100:0, tcp 10.0.0.100:21, tcp 10.0.0.100:80',
    );
  });
});

describe('what is in the way', () => {
  const service = { protocol: 'tcp', address: VIP, port: 80, scheduler: 'rr' } as const;
  const question = `${VIP}:80 --from ${CLIENT}`;
  const problems = async (director: Namespace = network.director) => {
    const { code, explained } = await explain(director, question);
    const all = [...explained.problems, ...explained.destinations.flatMap((item) => item.problems)];
    return { code, text: all.join('\n') };
  };
  afterEach(async () => {
    await network.director.perform({ do: 'ipvs', changes: [] });
    await network.director.lvsadm('director down');
  });

  it('nothing: a hardware address that is not known is asked for, if the operator wants', async () => {
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr`);
    await setTable(service, [{ address: SERVERS[0]!, port: 80 }]);
    await network.director.perform({ do: 'forget', device: 'e0', address: SERVERS[0]! });
    const mac = async (words: string) =>
      (await explain(network.director, words)).explained.destinations[0]!.hops[1]!.destinationMac;
    expect(await mac(question)).toBeNull();
    const [server] = network.servers;
    expect(await mac(`${question} --ask`)).toBe(
      await server.perform({ do: 'hardware-address', device: 'e0' }),
    );
  });

  it('the VIP is not here', async () => {
    await setTable(service, [{ address: SERVERS[0]!, port: 80 }]);
    expect(await problems()).toEqual({
      code: 7,
      text: `${VIP} is not an address of this director: IPVS sees only packets that are for this host`,
    });
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr`);
    expect(await problems()).toEqual({ code: 0, text: '' });
  });

  it('direct routing to another network, and no route at all', async () => {
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr`);
    await setTable(service, [{ address: '10.1.0.77', port: 80 }]);
    expect(await problems()).toMatchObject({
      code: 7,
      text: expect.stringContaining('10.1.0.77 is behind the router 10.0.0.254'),
    });
    ip('director', 'route add unreachable 10.1.0.77');
    expect(await problems()).toEqual({ code: 7, text: 'a route says that it is unreachable to 10.1.0.77' });
    ip('director', 'route del unreachable 10.1.0.77');
  });

  it('a director that does not forward, a client beside the real server, a server that is off', async () => {
    await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode nat`);
    await setTable(service, [{ address: SERVERS[0]!, port: 80, forwarding: 'masquerade' }]);
    expect(await problems()).toEqual({ code: 0, text: '' });
    await network.director.write('net/ipv4/ip_forward', '0');
    expect((await problems()).text).toBe('net.ipv4.ip_forward is 0: replies are not passed on');
    await network.director.write('net/ipv4/ip_forward', '1');
    const beside = await explain(network.director, `${VIP}:80 --from ${SERVERS[1]}`);
    expect(beside.explained.destinations[0]!.problems.join()).toContain('on the real server’s network (e0)');
    expect(beside.code).toBe(7);

    await setTable(service, [{ address: '10.0.0.99', port: 80, forwarding: 'masquerade' }]);
    // Nobody has asked yet.
    expect(await problems()).toEqual({ code: 0, text: '' });
    expect((await explain(network.director, `${question} --ask`)).code).toBe(7);
    expect((await problems()).text).toBe('10.0.0.99 does not answer on e0');
  });
});
