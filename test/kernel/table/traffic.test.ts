import { afterAll, beforeAll, expect, it } from 'vitest';
import { SERVERS, TestNetwork, VIP } from '../forwarding/network.ts';
import { file } from './run.ts';

let network: TestNetwork;
beforeAll(async () => {
  network = await TestNetwork.build();
});
afterAll(() => network?.close());

const QUESTION = { protocol: 'tcp', address: VIP, port: 80 } as const;
/** Bytes of an answer: it takes so long that a request is nearly always under way. */
const LARGE = 2_000_000;

/** Direct routing: as the director does not see replies, a closed connection is remembered for `tcpFin` only. */
const services = (...servers: string[]) =>
  file(
    `to-${servers.length}-${servers[0]}.yaml`,
    `timeouts: { tcpFin: 2 }\nservices: [{ address: "${VIP}:80", scheduler: rr, destinations: [${servers.join(', ')}] }]`,
  );

it('apply swaps half of the destinations under traffic, and not one request fails', {
  timeout: 150_000,
}, async () => {
  await network.director.lvsadm(`director up --vip ${VIP} --device e0 --mode dr --scheduler rr`);
  for (const [number, server] of network.servers.entries()) {
    await server.lvsadm(`realserver up --mode dr --vip ${VIP}`);
    await server.perform({ do: 'serve', name: `server-${number + 1}`, address: VIP, port: 80 });
  }
  const [one, two] = SERVERS as [string, string];
  await network.director.lvsadm(`apply ${services(one, two)}`);
  const answers: (string | null)[] = [];
  let running = true;
  const traffic = (async () => {
    while (running) answers.push(...(await network.ask(5, { ...QUESTION, size: LARGE })));
  })();
  // Each in turn is taken out and comes back.
  const round = [[two], [one, two], [one], [one, two]];
  for (const wanted of [...round, ...round]) {
    const before = answers.length;
    const said = await network.director.lvsadm(`apply ${services(...wanted)} --drain --timeout 30`);
    if (wanted.length === 1) expect(said).toContain('delete destination');
    while (answers.length < before + 10) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  running = false;
  await traffic;
  // At least ten between two documents.
  expect(answers.length).toBeGreaterThanOrEqual(80);
  expect(answers.filter((answer) => answer === null)).toEqual([]);
  expect(new Set(answers.map((answer) => answer?.split(' ')[0]))).toEqual(new Set(['server-1', 'server-2']));
});
