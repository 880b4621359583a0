import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetJournals } from '../kernel/forwarding/machine.ts';
import { ip } from '../kernel/forwarding/namespace.ts';
import { FullnatNetwork, LIPS, NEIGHBOUR, nft, SERVERS, stateOf, VIP } from './network.ts';

// What FULLNAT depends on and does not make: the firewall of others, and routes.

const SERVICE = `-t ${VIP}:80`;
const ENABLE = `fullnat enable ${SERVICE} --local-address ${LIPS[0]} --take-over`;

let network: FullnatNetwork;
let before: string[];
beforeAll(async () => {
  forgetJournals();
  network = await FullnatNetwork.build();
  const { director, servers } = network;
  before = await stateOf(director);
  await servers[0].perform({ do: 'serve', name: 'server-1', address: SERVERS[0]!, port: 8080 });
  await director.lvsadm(`director up --vip ${VIP} --device front --mode nat --scheduler rr --take-over`);
  await director.lvsadm(`-A ${SERVICE} -s rr`);
  await director.lvsadm(ENABLE);
  await director.lvsadm(`-a ${SERVICE} -r ${SERVERS[0]}:8080 --fullnat`);
});
afterAll(() => network?.close());

const ask = async (client = network.client) =>
  (await network.ask(1, { protocol: 'tcp', address: VIP, port: 80 }, client))[0];
const ANSWER = `server-1 ${LIPS[0]}`;

describe('a firewall that drops what FULLNAT needs', () => {
  const drop = (hook: string, rule: string) =>
    nft(
      network.director,
      `table inet filter {\nchain ${hook} {\ntype filter hook ${hook} priority filter; policy drop;\n${rule}\n}\n}\n`,
    );
  const remove = () => nft(network.director, 'delete table inet filter');

  // In each, a rule that looks alike and does not help, and one that does.
  it.each([
    ['input', 'requests to the VIP', 'tcp dport 8080 accept', `ip daddr ${VIP} tcp dport 80 accept`],
    ['output', 'requests to the real servers', 'tcp dport 80 accept', 'tcp dport 8080 accept'],
    ['forward', 'replies of the real servers', 'tcp dport { 22, 80 } accept', 'ct state established accept'],
  ])(
    '%s: nothing is answered, and enable and status warn; with the right rule neither',
    async (hook, what, wrong, right) => {
      const { director } = network;
      const warning = `\`inet filter ${hook}\` drops ${what}`;
      drop(hook, wrong);
      expect(await ask()).toBe(null);
      expect(await director.tryLvsadm('fullnat status')).toMatchObject({
        code: 6,
        stdout: expect.stringContaining(warning),
      });
      expect(await director.lvsadm(ENABLE)).toContain(warning);
      remove();
      drop(hook, right);
      expect(await ask()).toBe(ANSWER);
      expect(await director.tryLvsadm('fullnat status')).toMatchObject({
        code: 0,
        stdout: expect.not.stringContaining('firewall'),
      });
      expect(await director.lvsadm(ENABLE)).not.toContain('firewall');
      remove();
    },
  );
});

describe('routes', () => {
  const routeOf = (host: string, address: string) =>
    execFileSync('sh', ['-c', 'ip -n "$0" route get "$1" 2>&1 || true', host, address], { encoding: 'utf8' });

  it('neither real servers nor their router have one to the client', () => {
    for (const host of ['server-1', 'server-2', 'router']) {
      expect(routeOf(host, '10.1.0.2'), host).toContain('Network is unreachable');
    }
  });

  it('one to the local addresses is all that a real server needs, and that it does need', async () => {
    expect(await ask()).toBe(ANSWER);
    ip('server-1', 'route del 10.2.0.0/24 via 10.3.0.1');
    expect(await ask()).toBe(null);
    ip('server-1', 'route add 10.2.0.0/24 via 10.3.0.1');
    expect(await ask()).toBe(ANSWER);
  });

  it('a client among the real servers is answered past the director without local addresses, and hears nothing', async () => {
    const { director, neighbour } = network;
    expect(routeOf('server-1', NEIGHBOUR)).toMatch(/^10\.3\.0\.50 dev e0 /);
    expect(await ask(neighbour)).toBe(ANSWER);
    await director.lvsadm(`fullnat disable ${SERVICE} --now`);
    expect(await ask(neighbour)).toBe(null);
    await director.lvsadm(ENABLE);
    expect(await ask(neighbour)).toBe(ANSWER);
  });
});

it('disable leaves no difference', async () => {
  const { director } = network;
  await director.lvsadm('fullnat disable --now');
  await director.lvsadm('-C');
  await director.lvsadm('director down');
  expect(await stateOf(director)).toEqual(before);
});
