import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetJournals, journals } from '../kernel/forwarding/machine.ts';
import { file } from '../kernel/table/run.ts';
import { FullnatNetwork, LIPS, LIPS6, nft, SERVERS, SERVERS6, stateOf, VIP, VIP6 } from './network.ts';

let network: FullnatNetwork;
let before: string[];
beforeAll(async () => {
  forgetJournals();
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
      for (const server of servers)
        await director.lvsadm(`-a ${words} -r ${endpoint(server, 8080)} --fullnat`);
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

describe('several services', () => {
  const first = `-t ${VIP}:80`;
  const second = `-t ${VIP}:81`;

  beforeAll(async () => {
    await serveAll();
    await network.director.lvsadm(
      `director up --vip ${VIP} --device front --mode nat --scheduler rr --take-over`,
    );
    await network.director.lvsadm(`-A ${first} -s rr`);
    await network.director.lvsadm(`fullnat enable ${first} --local-address ${LIPS[0]} --take-over`);
    await network.director.lvsadm(`-a ${first} -r ${SERVERS[0]}:9090 --fullnat`);
  });
  afterAll(async () => {
    await network.director.lvsadm('fullnat disable --now');
    await network.director.lvsadm('-C');
    await network.director.lvsadm('director down');
  });

  it('enabling, changing and disabling a second one drops no connection of the first', async () => {
    const { client, director } = network;
    expect(await open('steady')).toBe(true);
    expect(await say('steady')).toBe(`server-1 ${LIPS[0]}`);
    const steps = [
      `fullnat enable ${second} --local-address 10.2.0.210 --take-over`,
      `fullnat enable ${second} --local-address 10.2.0.210-10.2.0.211,${LIPS[0]} --take-over`,
      `fullnat enable ${second} --local-address 10.2.0.212 --take-over`,
      `fullnat disable ${second}`,
    ];
    for (const step of steps) {
      await director.lvsadm(step);
      expect(await say('steady'), step).toBe(`server-1 ${LIPS[0]}`);
    }
    expect(await director.lvsadm('fullnat list')).toMatch(
      /^tcp 10\.1\.0\.100:80 +10\.2\.0\.200 +by network +on\n$/,
    );
    await client.perform({ do: 'hang-up', id: 'steady' });
  });

  it('a local address that a change leaves out stays while a connection has it', async () => {
    const { client, director } = network;
    expect(await open('old')).toBe(true);
    expect(await say('old')).toBe(`server-1 ${LIPS[0]}`);
    expect(await director.lvsadm(`fullnat enable ${first} --local-address ${LIPS[1]} --take-over`)).toContain(
      `address ${LIPS[0]} on middle stays for 1 live connections`,
    );
    expect(await say('old')).toBe(`server-1 ${LIPS[0]}`);
    expect(await open('new')).toBe(true);
    expect(await say('new')).toBe(`server-1 ${LIPS[1]}`);
    await client.perform({ do: 'hang-up', id: 'old' });
    await client.perform({ do: 'hang-up', id: 'new' });
    await director.lvsadm(`fullnat enable ${first} --local-address ${LIPS[0]} --take-over`);
  });

  it('disable lets live connections finish, and cleans up when they have', async () => {
    const { client, director } = network;
    expect(await open('last')).toBe(true);
    const { code, stdout } = await director.tryLvsadm(`fullnat disable ${first}`);
    expect({ code, stdout }).toMatchObject({ code: 5, stdout: expect.stringContaining('1 live one keeps') });
    expect(await say('last')).toBe(`server-1 ${LIPS[0]}`);
    // No new connection is translated: the real server has no way back to this client.
    expect(await open('late')).toBe(false);
    expect(await director.lvsadm('fullnat list')).toContain('ending');
    await client.perform({ do: 'hang-up', id: 'last' });
    // The connection that was not translated is one of the service's, too, until it is given up.
    await director.lvsadm(`fullnat disable ${first} --wait 5`);
    expect(await director.lvsadm('fullnat list')).toBe('no service is FULLNAT here\n');
    await director.lvsadm(`fullnat enable ${first} --local-address ${LIPS[0]} --take-over`);
  });

  it('serves a client among the real servers', async () => {
    await network.director.lvsadm(`-a ${first} -r ${SERVERS[1]}:9090 --fullnat`);
    const { neighbour } = network;
    for (const id of ['n1', 'n2']) {
      expect(await neighbour.perform({ do: 'open', id, address: VIP, port: 80 })).toBe(true);
      expect(await neighbour.perform({ do: 'say', id })).toMatch(new RegExp(`^server-[12] ${LIPS[0]}$`));
      await neighbour.perform({ do: 'hang-up', id });
    }
    await network.director.lvsadm(`-d ${first} -r ${SERVERS[1]}:9090`);
  });

  it('without conntrack in IPVS, or the element in the table, nothing is translated; status says so, enable fixes', async () => {
    const { director } = network;
    const removals: [string, () => unknown][] = [
      ['net/ipv4/vs/conntrack', () => director.write('net/ipv4/vs/conntrack', '0')],
      ['net/ipv4/ip_forward', () => director.write('net/ipv4/ip_forward', '0')],
      ['FULLNAT of', () => nft(director, `delete element inet lvsadm service4 { tcp . ${VIP} . 80 }`)],
      ['table inet lvsadm', () => nft(director, 'flush ruleset')],
    ];
    for (const [what, remove] of removals) {
      await remove();
      expect(await open('control'), what).toBe(false);
      const { code, stdout } = await director.tryLvsadm('fullnat status');
      expect({ code, stdout }).toMatchObject({ code: 4, stdout: expect.stringContaining(what) });
      await director.lvsadm(`fullnat enable ${first} --local-address ${LIPS[0]} --take-over`);
      expect(await open('control'), what).toBe(true);
      await network.client.perform({ do: 'hang-up', id: 'control' });
    }
  });

  it('status shows exhaustion before a client has to wait', async () => {
    const { client, director } = network;
    const third = `-t ${VIP}:82`;
    await director.lvsadm(`-A ${third} -s rr`);
    await director.lvsadm(
      `fullnat enable ${third} --local-address 10.2.0.220 --local-ports 5001-5010 --take-over`,
    );
    await director.lvsadm(`-a ${third} -r ${SERVERS[0]}:9090 --fullnat`);
    const fill = async (from: number, to: number) => {
      for (let n = from; n <= to; n++) expect(await open(`fill${n}`, 82), `connection ${n}`).toBe(true);
    };
    await fill(1, 7);
    expect(await director.tryLvsadm(`fullnat status ${third}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`10.2.0.220 -> ${SERVERS[0]}:9090 tcp: 7 of 10 ports (70 %)`),
    });
    await fill(8, 9);
    expect(await director.tryLvsadm(`fullnat status ${third}`)).toMatchObject({
      code: 6,
      stdout: expect.stringContaining(
        `warning: 10.2.0.220 has 1 of 10 ports left towards ${SERVERS[0]}:9090`,
      ),
    });
    await fill(10, 10);
    // And this is what it warned of.
    expect(await open('fill11', 82)).toBe(false);
    const { tracking } = JSON.parse((await director.tryLvsadm('fullnat status --json')).stdout);
    expect(tracking.insertFailures).toBeGreaterThan(0);
    for (let n = 1; n <= 10; n++) await client.perform({ do: 'hang-up', id: `fill${n}` });
    await director.lvsadm(`fullnat disable ${third} --now`);
    await director.lvsadm(`-D ${third}`);
  });
});

describe('what is refused', () => {
  afterAll(async () => {
    await network.director.lvsadm('-C');
  });

  it('--fullnat for a service without local addresses, and one-packet scheduling', async () => {
    const { director } = network;
    await director.lvsadm(`-A -u ${VIP}:53 -s rr`);
    expect(await director.tryLvsadm(`-a -u ${VIP}:53 -r ${SERVERS[0]}:53 --fullnat`)).toEqual({
      code: 255,
      stdout: '',
      stderr: `udp ${VIP}:53 has no local addresses yet: lvsadm fullnat enable -u ${VIP}:53 --local-address ADDRESS[-ADDRESS]\n`,
    });
    await director.lvsadm(`fullnat enable -u ${VIP}:53 --local-address ${LIPS[0]} --take-over`);
    await director.lvsadm(`-a -u ${VIP}:53 -r ${SERVERS[0]}:53 --fullnat`);
    expect(await director.lvsadm('-L -n --fullnat')).toContain(`UDP  ${VIP}:53 rr fullnat ${LIPS[0]}\n`);
    expect(await director.lvsadm('-L -n')).toContain(`UDP  ${VIP}:53 rr\n`);
    const edit = await director.tryLvsadm(`-E -u ${VIP}:53 -s rr -o`);
    expect(edit).toMatchObject({ code: 255, stderr: expect.stringContaining('one-packet scheduling (-o)') });
    const wanted = file(
      'wanted.yaml',
      `services: [{ address: "${VIP}:53", protocol: udp, onePacket: true, destinations: ["${SERVERS[0]}"] }]\n`,
    );
    for (const words of [`apply ${wanted}`, `apply ${wanted} --dry-run`]) {
      expect(await director.tryLvsadm(words)).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^lvsadm apply: one-packet scheduling [^\n]*; nothing was changed\n$/),
      });
    }
    expect(await director.lvsadm('-L -n --fullnat')).toContain(`UDP  ${VIP}:53 rr fullnat ${LIPS[0]}\n`);
    await director.lvsadm('fullnat disable --now');
    await director.lvsadm(`-E -u ${VIP}:53 -s rr -o`);
    const enable = await director.tryLvsadm(`fullnat enable -u ${VIP}:53 --local-address ${LIPS[0]}`);
    expect(enable).toMatchObject({ code: 1, stderr: expect.stringContaining('one-packet scheduling (-o)') });
    expect(await stateOf(director)).toEqual(before);
  });

  it.each([
    [`-t ${VIP}:80 --local-address 10.9.0.1`, 1, '10.9.0.1 is of no network of this host; say with --device'],
    [`-t ${VIP}:80 --local-address ${VIP}`, 1, 'is the virtual address'],
    [`-t ${VIP}:80 --local-address fd02::200`, 1, "local addresses must be of the service's family, IPv4"],
    [`-t ${VIP}:80 --local-address 10.2.0.10 --take-over`, 1, 'is present with prefix length 24'],
    [`-t ${VIP}:80 --local-address 10.2.0.1`, 1, 'is in use on the segment of middle'],
    [`-t ${VIP}:80 --local-address 10.2.0.203-10.2.0.200`, 2, 'ends before it begins'],
    [`-t ${VIP} --local-address ${LIPS[0]}`, 2, 'is not ADDRESS:PORT'],
    [`--local-address ${LIPS[0]}`, 2, 'which service?'],
  ])('fullnat enable %s', async (words, code, says) => {
    const result = await network.director.tryLvsadm(`fullnat enable ${words}`);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
    expect(await stateOf(network.director)).toEqual(before);
    expect(journals()).toEqual([]);
  });
});

const open = (id: string, port = 80) => network.client.perform({ do: 'open', id, address: VIP, port });
const say = (id: string) => network.client.perform({ do: 'say', id });

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
