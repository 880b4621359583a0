import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { forgetJournals } from '../kernel/forwarding/machine.ts';
import {
  CLIENT,
  FullnatNetwork,
  LIPS,
  LIPS6,
  NEIGHBOUR,
  nft,
  SERVERS,
  SERVERS6,
  VIP,
  VIP6,
} from './network.ts';

const KIND = 254;
const CLIENT6 = 'fd01::2';
const SERVICES = [
  [VIP, 80],
  [VIP6, 80],
] as const;
const TRUSTED = [
  [LIPS[0]!, 31],
  ['fd02::', 64],
] as const;

let network: FullnatNetwork;
let before: unknown[];

beforeAll(async () => {
  forgetJournals();
  network = await FullnatNetwork.build();
  const { director, servers } = network;
  before = await Promise.all([director, servers[0]].map((host) => host.perform({ do: 'toa-dump' })));
  await director.lvsadm(
    `director up --vip ${VIP},${VIP6} --device front --mode nat --scheduler rr --take-over`,
  );
  for (const [vip, server, lip] of [
    [`${VIP}:80`, `${SERVERS[0]}:8080`, LIPS[0]],
    [`[${VIP6}]:80`, `[${SERVERS6[0]}]:8080`, LIPS6[0]],
  ]) {
    await director.lvsadm(`-A -t ${vip} -s rr`);
    await director.lvsadm(`fullnat enable -t ${vip} --local-address ${lip} --device middle --take-over`);
    await director.lvsadm(`-a -t ${vip} -r ${server} --fullnat`);
  }
  await upServer();
  // Whoever listens before the programs are there has no saved SYN; these come after.
  await servers[0].perform({ do: 'listen', name: 's1', address: '::', port: 8080 });
  await upDirector('front');
});
afterAll(() => network?.close());

const upServer = (object?: string) =>
  network.servers[0].perform({ do: 'toa-server', trusted: TRUSTED, kind: KIND, ...(object && { object }) });
const upDirector = (device: string, object?: string) =>
  network.director.perform({
    do: 'toa-director',
    device,
    services: SERVICES,
    kind: KIND,
    ...(object && { object }),
  });

/** An object with the same programs that is not the same file: an ELF file may be followed by anything. */
function otherVersion(name: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'lvsadm-toa-')), `${name}.bpf.o`);
  writeFileSync(
    path,
    Buffer.concat([readFileSync(join(process.cwd(), 'bpf', `${name}.bpf.o`)), Buffer.of(0)]),
  );
  return path;
}

type Counters = Record<string, number>;
const sent = () => network.director.perform<Counters>({ do: 'toa-counters' });
const got = () => network.servers[0].perform<Counters>({ do: 'toa-counters' });

let number = 0;
/** Whom the real server sees when a host speaks with a service. */
async function seen(address: string = VIP, host = network.client, port = 80): Promise<string | null> {
  const id = `c${number++}`;
  if (!(await host.perform({ do: 'open', id, address, port }))) return null;
  const answer = await host.perform<string | null>({ do: 'say', id });
  await host.perform({ do: 'hang-up', id });
  return answer?.replace('::ffff:', '').split(' ')[1] ?? null;
}

it('shows the real server the client, for IPv4 and IPv6', async () => {
  expect(await seen(VIP)).toBe(CLIENT);
  expect(await seen(VIP6)).toBe(CLIENT6);
  expect(await sent()).toMatchObject({ markedSyn: 2, noRoom: 0, failed: 0, refused: 0 });
  expect(await got()).toMatchObject({ fromAck: 2, untrusted: 0, failed: 0 });
});

it('does so when the real server answers with SYN cookies, where no SYN is kept', async () => {
  const server = network.servers[0];
  await server.write('net/ipv4/tcp_syncookies', '2');
  expect(await seen(VIP)).toBe(CLIENT);
  expect(await seen(VIP6)).toBe(CLIENT6);
  await server.write('net/ipv4/tcp_syncookies', '1');
});

it('does so with checksums that the client computed whole, and keeps them right', async () => {
  await network.client.program('ethtool -K front tx off');
  expect(await seen(VIP)).toBe(CLIENT);
  expect(await seen(VIP6)).toBe(CLIENT6);
  await network.client.program('ethtool -K front tx on');
  expect(await network.servers[0].program('nstat -az TcpInCsumErrors')).toMatch(/TcpInCsumErrors +0 /);
});

it('carries much data, and what is said long after the handshake', async () => {
  const { client } = network;
  expect(await client.perform({ do: 'open', id: 'long', address: VIP, port: 80 })).toBe(true);
  for (const size of [1, 100_000, 1_000_000]) {
    const answer = await client.perform<string>({ do: 'say', id: 'long', size, patience: 10_000 });
    expect(answer).toContain(CLIENT);
  }
  await client.perform({ do: 'hang-up', id: 'long' });
});

it('keeps no option that a client forged: the one of a host behind another translation', async () => {
  const { neighbour, router } = network;
  // Its own program writes its address, which is not what the director sees: the router gives it another.
  nft(
    router,
    `table ip hidden { chain post { type nat hook postrouting priority 100; ip daddr ${VIP} masquerade; }; }`,
  );
  await neighbour.program('tc qdisc add dev e0 clsact');
  await neighbour.perform({ do: 'toa-director', device: 'e0', services: SERVICES, kind: KIND });
  const pinned = await neighbour.program('find /sys/fs/bpf/lvsadm -name toa_in');
  await neighbour.program(`tc filter add dev e0 egress prio 49 handle 1 bpf da pinned ${pinned.trim()}`);

  // Without the director's program where it comes in, the lie is believed.
  expect(await seen(VIP, neighbour)).toBe(NEIGHBOUR);
  const { neutralised } = (await sent()) as { neutralised: number };
  await upDirector('middle');
  expect(await seen(VIP, neighbour)).toBe('10.2.0.1');
  expect(((await sent()) as { neutralised: number }).neutralised).toBeGreaterThan(neutralised);
  expect((await network.servers[0].program('nstat -az TcpInCsumErrors')).trim()).toMatch(
    /TcpInCsumErrors +0 /,
  );
  nft(router, 'delete table ip hidden');

  // And whoever reaches the real server past the director is not believed either.
  await neighbour.perform({
    do: 'toa-director',
    device: 'e0',
    services: [[SERVERS[0]!, 8080]],
    kind: KIND,
  });
  const { untrusted } = (await got()) as { untrusted: number };
  expect(await seen(SERVERS[0], neighbour, 8080)).toBe(NEIGHBOUR);
  expect(((await got()) as { untrusted: number }).untrusted).toBe(untrusted + 1);
  await neighbour.program('tc filter del dev e0 egress');
  await neighbour.perform({ do: 'toa-down' });
});

it('shows the local address without its ingredients: the service, the trust', async () => {
  await network.director.perform({ do: 'toa-forget', address: VIP, port: 80 });
  expect(await seen(VIP)).toBe(LIPS[0]);
  expect((await got()).none).toBe(1);
  expect(await seen(VIP6)).toBe(CLIENT6);
  await upDirector('front');
  expect(await seen(VIP)).toBe(CLIENT);
});

it('is upgraded in place, and leaves live connections their clients', async () => {
  const { client } = network;
  expect(await client.perform({ do: 'open', id: 'live', address: VIP, port: 80 })).toBe(true);
  const say = () => client.perform({ do: 'say', id: 'live' });
  expect(await say()).toContain(CLIENT);
  const count = await got();
  await upServer(otherVersion('toa-realserver'));
  await upDirector('front', otherVersion('toa-director'));
  // The kept counters are the sign that the maps are the old ones; the programs are three, as before.
  expect((await got()).fromAck).toBe(count.fromAck);
  const dump = await network.servers[0].perform<string[]>({ do: 'toa-dump' });
  expect(dump.join('').match(/"name":"toa_/g)).toHaveLength(3);
  expect(await say()).toContain(CLIENT);
  expect(await seen(VIP)).toBe(CLIENT);
  await client.perform({ do: 'hang-up', id: 'live' });
});

it('leaves nothing behind, and traffic goes on', async () => {
  const { director, servers } = network;
  await director.perform({ do: 'toa-down' });
  await servers[0].perform({ do: 'toa-down' });
  expect(await seen(VIP)).toBe(LIPS[0]);
  expect(await seen(VIP6)).toBe(LIPS6[0]);
  expect(await Promise.all([director, servers[0]].map((host) => host.perform({ do: 'toa-dump' })))).toEqual(
    before,
  );
});
