import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/change.ts';
import type { Destination } from '../../../src/model/destination.ts';
import type { Protocol } from '../../../src/model/protocol.ts';
import { CASES, type Case } from './cases.ts';
import { CLIENT, CLIENT6, TestNetwork, VIP } from './network.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.build();
});
afterAll(() => network?.close());

/** Bytes of the answer by which its way is told. */
const LARGE = 200_000;

describe.each(CASES.map((item) => [item.name, item] as const))('%s', (_name, item) => {
  const { mode, vip, servers, prepare, port } = item;
  const client = vip === VIP ? CLIENT : CLIENT6;
  const question = (protocol: Protocol) => ({ protocol: protocol as 'tcp' | 'udp', address: vip, port: 80 });
  let before: string[][];

  beforeAll(async () => {
    await network.forget(vip);
    before = await Promise.all(network.hosts.map((host) => host.dump()));
    await network.director.lvsadm(`director up --vip ${vip} --device e0 --mode ${mode} --scheduler rr`);
    await network.director.perform({ do: 'ipvs', changes: services(item) });
  });

  it('does not work before the servers are prepared', async () => {
    // NAT's servers run already, so that it is the way back that fails.
    if (mode === 'nat') await serveOn(servers, port);
    expect(await network.ask(1, { ...question('tcp'), patience: 700 })).toEqual([null]);
  });

  it('answers every TCP and UDP request, in turn, and servers see the client’s address', async () => {
    for (const [number, server] of network.servers.entries()) {
      await server.lvsadm(`realserver up ${prepare(servers[number]!)}`);
      expect(await server.tryLvsadm('realserver status')).toMatchObject({ code: 0 });
    }
    await serveOn(mode === 'nat' ? servers : [vip, vip], port);
    for (const protocol of ['tcp', 'udp'] as const) {
      const answers = await network.ask(6, question(protocol));
      // Round robin: each server every other time.
      const [first, second] = answers;
      expect([first, second].sort()).toEqual([`server-1 ${client}`, `server-2 ${client}`]);
      expect(answers).toEqual([first, second, first, second, first, second]);
    }
  });

  it(`sends replies ${mode === 'nat' ? 'back through' : 'past'} the director`, async () => {
    const start = await network.director.counters('e0');
    const [answer] = await network.ask(1, { ...question('tcp'), size: LARGE });
    expect(answer).toContain(client);
    const received = await network.director.counters('e0');
    if (mode === 'nat') expect(received - start).toBeGreaterThan(LARGE);
    else expect(received - start).toBeLessThan(LARGE / 4);
  });

  it('has nothing against it that a doctor would call more than a hint', async () => {
    for (const host of network.hosts) {
      const { code, stdout } = await host.tryLvsadm('doctor');
      expect({ code, found: stdout.match(/^(ERROR|WARNING).*/gm) }).toEqual({ code: 0, found: null });
      expect(stdout).toContain('looked at as a ');
    }
  });

  it('leaves no difference when it is taken down', async () => {
    for (const server of network.servers) await server.lvsadm('realserver down');
    expect(await network.ask(1, { ...question('tcp'), patience: 700 })).toEqual([null]);
    await network.director.perform({ do: 'ipvs', changes: [] });
    await network.director.lvsadm('director down');
    const after = await Promise.all(network.hosts.map((host) => host.dump()));
    for (const [index, lines] of after.entries()) expect(lines).toEqual(before[index]);
  });
});

async function serveOn(addresses: readonly string[], port: number): Promise<void> {
  for (const [number, server] of network.servers.entries()) {
    await server.perform({ do: 'serve', name: `server-${number + 1}`, address: addresses[number]!, port });
  }
}

function services({ vip, servers, forwarding, tunnel, port }: Case): Change[] {
  return (['tcp', 'udp'] as const).flatMap((protocol): Change[] => {
    const service = { protocol, address: vip, port: 80, scheduler: 'rr' };
    return [
      { kind: 'add-service', service },
      ...servers.map((address): Change => {
        const destination: Destination = { address, port, forwarding, ...(tunnel ? { tunnel } : {}) };
        return { kind: 'add-destination', service, destination };
      }),
    ];
  });
}
