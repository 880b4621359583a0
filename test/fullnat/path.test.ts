import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetJournals } from '../kernel/forwarding/machine.ts';
import { ip } from '../kernel/forwarding/namespace.ts';
import { FullnatNetwork, LIPS, LIPS6, nft, SERVERS, SERVERS6, stateOf, VIP, VIP6 } from './network.ts';

// What the path tells the client, though it was the director's packet that met the trouble.

const CASES = [
  {
    name: 'IPv4',
    vip: VIP,
    lip: LIPS[0]!,
    server: SERVERS[0]!,
    gone: '10.3.0.99',
    error: 'EHOSTUNREACH',
    words: VIP,
  },
  {
    name: 'IPv6',
    vip: VIP6,
    lip: LIPS6[0]!,
    server: SERVERS6[0]!,
    gone: 'fd03::99',
    // The kernel says `no route` here.
    error: 'ENETUNREACH',
    words: `[${VIP6}]`,
  },
] as const;
/** Ports of the VIP, by what is at the real server's end. */
const PORT = { open: 80, closed: 81, unreachable: 82 };

let network: FullnatNetwork;
let before: string[];
beforeAll(async () => {
  forgetJournals();
  network = await FullnatNetwork.build();
  before = await stateOf(network.director);
  const { director, servers } = network;
  for (const { vip, lip, server, gone, words } of CASES) {
    await servers[0].perform({ do: 'listen', name: 'server-1', address: server, port: 9090 });
    ip('router', `route add unreachable ${gone}`);
    await director.lvsadm(`director up --vip ${vip} --device front --mode nat --scheduler rr --take-over`);
    const add = async (option: '-t' | '-u', port: number, target: string) => {
      const service = `${option} ${words}:${port}`;
      await director.lvsadm(`-A ${service} -s rr`);
      await director.lvsadm(`fullnat enable ${service} --local-address ${lip} --device middle --take-over`);
      await director.lvsadm(`-a ${service} -r ${target} --fullnat`);
    };
    const at = (address: string, port: number) =>
      address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    await add('-t', PORT.open, at(server, 9090));
    await add('-t', PORT.closed, at(server, 9));
    await add('-u', PORT.closed, at(server, 9));
    await add('-t', PORT.unreachable, at(gone, 9));
  }
});
afterAll(() => network?.close());

describe.each(CASES.map((item) => [item.name, item] as const))('%s', (_, { vip, words, lip, error }) => {
  const outcome = (protocol: 'tcp' | 'udp', port: number) =>
    network.client.perform({ do: 'attempt', protocol, address: vip, port });

  it('a reset of the real server reaches the client', async () => {
    expect(await outcome('tcp', PORT.closed)).toBe('ECONNREFUSED');
  });

  it('ICMP errors of the real server, and of a router before it, reach the client', async () => {
    expect(await outcome('udp', PORT.closed)).toBe('ECONNREFUSED');
    expect(await outcome('tcp', PORT.unreachable)).toBe(error);
  });

  it('without local addresses nothing does: the real server has no way to the client', async () => {
    const services = [`-t ${words}:${PORT.closed}`, `-u ${words}:${PORT.closed}`];
    for (const service of services) await network.director.lvsadm(`fullnat disable ${service} --now`);
    expect(await outcome('tcp', PORT.closed)).toBe('silence');
    expect(await outcome('udp', PORT.closed)).toBe('silence');
    for (const service of services) {
      await network.director.lvsadm(
        `fullnat enable ${service} --local-address ${lip} --device middle --take-over`,
      );
    }
    expect(await outcome('tcp', PORT.closed)).toBe('ECONNREFUSED');
  });

  it('200 kB go up through a path that takes smaller packets than the client’s network', async () => {
    const { client, director } = network;
    const upload = async (id: string) => {
      expect(await client.perform({ do: 'open', id, address: vip, port: PORT.open })).toBe(true);
      const answer = await client.perform({ do: 'say', id, size: 200_000, patience: 5000 });
      await client.perform({ do: 'hang-up', id });
      return answer;
    };
    const pathMtu = () =>
      /\bmtu (\d+)/.exec(
        execFileSync('ip', ['-n', 'client', 'route', 'get', vip], { encoding: 'utf8' }),
      )?.[1];
    const inet = vip.includes(':')
      ? { flush: '-6', icmp: 'icmpv6 type packet-too-big' }
      : { flush: '-4', icmp: 'icmp type destination-unreachable' };
    ip('router', 'link set back mtu 1400');
    try {
      // Only a message about it makes the client send smaller packets.
      nft(
        director,
        `table inet deaf { chain in { type filter hook prerouting priority raw; ${inet.icmp} drop; }\n}`,
      );
      expect(await upload('deaf')).toBe(null);
      expect(pathMtu()).toBeUndefined();
      nft(director, 'delete table inet deaf');
      expect(await upload('told')).toBe(`server-1 ${lip}`);
      expect(pathMtu()).toBe('1400');
    } finally {
      ip('router', 'link set back mtu 1500');
      execFileSync('ip', ['-n', 'client', inet.flush, 'route', 'flush', 'cache']);
    }
  });
});

it('disable leaves no difference', async () => {
  const { director } = network;
  await director.lvsadm('fullnat disable --now');
  await director.lvsadm('-C');
  await director.lvsadm('director down');
  expect(await stateOf(director)).toEqual(before);
});
