import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { Cluster } from '../kernel/doctor/cluster.ts';
import { VIP, Ward } from '../kernel/doctor/ward.ts';
import { VIP as CLUSTER_VIP } from '../kernel/forwarding/network.ts';
import { lvsadm } from '../kernel/table/run.ts';

// What the doctor tells from the rules of nftables.

const WEB = `-t ${VIP}:80`;
const TRACK = 'net/ipv4/vs/conntrack';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.build();
  await ward.host.write('net/ipv4/ip_forward', '1');
  await ward.host.write('net/ipv4/vs/expire_nodest_conn', '1');
  for (const name of ['all', 'e0']) await ward.host.write(`net/ipv4/conf/${name}/send_redirects`, '0');
});
afterAll(() => ward?.close());

/** A director with nothing wrong, of direct routing by e0 and NAT by e1. */
beforeEach(async () => {
  await ward.run('lvsadm -C', 'nft flush ruleset', `ip addr replace ${VIP}/32 dev e0`);
  await ward.host.write(TRACK, '0');
  await ward.run(`lvsadm -A ${WEB} -s rr`, `lvsadm -a ${WEB} -r 10.0.0.11:80 -g`);
  await ward.run(`lvsadm -A -t ${VIP}:81 -s rr`, `lvsadm -a -t ${VIP}:81 -r 10.2.0.11:81 -m`);
});

const chain = (name: string, type: string, hook: string) => [
  'nft add table ip t',
  `nft add chain ip t ${name} { type ${type} hook ${hook} priority 0 ; }`,
];

describe('with nftables, the doctor sees', () => {
  it('a service whose mark no rule sets', async () => {
    await ward.run('lvsadm -A -f 7 -s rr', 'lvsadm -a -f 7 -r 10.2.0.11:0 -m');
    // Another mark does not do, nor one for the other family.
    await ward.run(
      ...chain('pre', 'filter', 'prerouting'),
      `nft add rule ip t pre ip daddr ${VIP} meta mark set 8`,
    );
    await ward.run(
      'nft add table ip6 t',
      'nft add chain ip6 t pre { type filter hook prerouting priority 0 ; }',
    );
    await ward.run('nft add rule ip6 t pre meta mark set 7');
    const { advice } = (await ward.examine())[0]!;
    const lines = /with nft: (.*) \(/.exec(advice!)![1]!.split('; add ');
    expect(lines).toHaveLength(3);
    const fixing = lines.map((line, index) => `nft ${index === 0 ? '' : 'add '}${line.replace('VIP', VIP)}`);
    expect((await ward.fixBy('mark-never-set', ...fixing)).severity).toBe('error');
  });

  it('a masquerade rule that breaks direct routing', async () => {
    await ward.host.write(TRACK, '1');
    await ward.run(
      ...chain('post', 'nat', 'postrouting'),
      'nft add rule ip t post oifname e0 counter masquerade',
    );
    const finding = await ward.fix('translation-breaks-direct');
    expect(finding.seen).toContain(
      `tcp ${VIP}:80 -> 10.0.0.11:80 is by direct routing, and chain \`ip t post\``,
    );
  });

  it('a masquerade rule that NAT passes by', async () => {
    // One for what real servers send out is none.
    await ward.run(
      ...chain('post', 'nat', 'postrouting'),
      'nft add rule ip t post ip saddr 10.2.0.0/24 masquerade',
    );
    expect(await ward.examine()).toEqual([]);
    await ward.run('nft add rule ip t post oifname e1 masquerade');
    expect((await ward.fix('translation-without-tracking')).severity).toBe('hint');
  });

  it('a firewall that drops packets of direct routing as invalid', async () => {
    await ward.host.write(TRACK, '1');
    await ward.run(...chain('in', 'filter', 'input'), 'nft add rule ip t in ct state invalid counter drop');
    expect((await ward.fix('invalid-dropped')).severity).toBe('error');
  });

  it('nothing wrong with NAT to a real server behind a router, when it is FULLNAT', async () => {
    await ward.run(`lvsadm -a -t ${VIP}:81 -r 10.9.0.11:81 -m`);
    expect((await ward.examine()).map(({ rule }) => rule)).toEqual(['masquerade-behind-router']);
    await ward.run(`lvsadm fullnat enable -t ${VIP}:81 --local-address 10.2.0.200 --take-over`);
    expect(await ward.examine()).toEqual([]);
    await ward.run(`lvsadm fullnat disable -t ${VIP}:81 --now`);
  });
});

describe('with requests', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.build();
  });
  afterAll(() => cluster?.close());
  beforeEach(async () => {
    await cluster.network.director.program('nft flush ruleset');
    await cluster.network.director.write(TRACK, '1');
  });
  afterEach(() => cluster.takeDown());

  it('direct routing fails when its packets are translated', async () => {
    const { director } = cluster.network;
    await cluster.prepare('dr', `--mode dr --vip ${CLUSTER_VIP}`, '-g');
    for (const line of [
      ...chain('post', 'nat', 'postrouting'),
      'nft add rule ip t post oifname e0 masquerade',
    ])
      await director.program(line);
    await cluster.heal(director, 'translation-breaks-direct');
  });

  it.each([
    ['dr', '-g', []],
    ['tun', '-i', ['hint tunnel-without-room']],
  ])('%s fails when invalid packets are dropped', async (mode, method, hints) => {
    const { director } = cluster.network;
    await cluster.prepare(mode, `--mode ${mode} --vip ${CLUSTER_VIP}`, method, hints);
    for (const line of [...chain('in', 'filter', 'input'), 'nft add rule ip t in ct state invalid drop'])
      await director.program(line);
    await cluster.heal(director, 'invalid-dropped');
  });
});

it('a table of tracked connections that is nearly full is found', async () => {
  // Its limit can be set only in the first network namespace.
  const path = '/proc/sys/net/netfilter/nf_conntrack_max';
  const limit = readFileSync(path, 'utf8');
  const examine = async () => {
    const { out } = await lvsadm('doctor --json --rule tracking-table-full');
    return (JSON.parse(out) as { findings: Finding[] }).findings;
  };
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  for (const line of [...chain('in', 'filter', 'input'), 'nft add rule ip t in ct state new counter'])
    execFileSync('nft', line.split(' ').slice(1));
  const server = createServer((socket) => socket.on('error', () => {}).end('hello\n'));
  await new Promise<void>((resolve) => server.listen(8081, '127.0.0.1', resolve));
  try {
    for (let opened = 0; opened < 4; opened++) {
      const socket = connect(8081, '127.0.0.1');
      await new Promise((resolve) => socket.once('data', resolve));
    }
    const count = Number(readFileSync('/proc/sys/net/netfilter/nf_conntrack_count', 'utf8'));
    expect(count).toBeGreaterThanOrEqual(4);
    writeFileSync(path, String(2 * count));
    expect(await examine()).toEqual([]);
    writeFileSync(path, String(count + 1));
    const [finding] = await examine();
    const [program = '', ...words] = finding!.fix[0]!.split(' ');
    execFileSync(program, words, { stdio: 'ignore' });
    expect(await examine()).toEqual([]);
  } finally {
    server.close();
    writeFileSync(path, limit);
    execFileSync('nft', ['flush', 'ruleset']);
  }
});
