import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildMachine, CASES, HOST, journals, type TestMachine } from './machine.ts';
import { ip, type Namespace } from './namespace.ts';

let machine: TestMachine;
let host: Namespace;
let before: readonly string[];
beforeAll(async () => {
  machine = await buildMachine();
  ({ host, before } = machine);
});
afterAll(() => machine?.close());

describe.each(CASES)('%s', (words) => {
  const down = words.replace(/ up .*/, ' down');

  it('up; up; down leaves no difference, and the second up does nothing', async () => {
    await host.lvsadm(words);
    const prepared = await host.dump();
    expect(prepared).not.toEqual(before);
    expect(JSON.parse(await host.lvsadm(`${words} --json`))).toMatchObject({ changed: false });
    expect(await host.dump()).toEqual(prepared);
    await host.lvsadm(down);
    expect(await host.dump()).toEqual(before);
    expect(journals()).toEqual([]);
  });
});

describe('dry run', () => {
  it.each(CASES)(
    '%s: changes nothing, and its exit code says that there is something to do',
    async (words) => {
      expect(await host.tryLvsadm(`${words} --dry-run --exit-code`)).toMatchObject({ code: 3, stderr: '' });
      expect(await host.dump()).toEqual(before);
      expect(journals()).toEqual([]);
    },
  );
});

describe('two VIPs', () => {
  it('share settings: the last one out puts them back', async () => {
    await host.lvsadm('realserver up --mode dr --vip 10.0.0.100');
    await host.lvsadm('realserver up --mode dr --vip 10.0.0.101');
    await host.lvsadm('realserver down --vip 10.0.0.100');
    expect(await host.tryLvsadm('realserver status --mode dr --vip 10.0.0.101')).toMatchObject({ code: 0 });
    expect(await host.tryLvsadm('realserver status --mode dr --vip 10.0.0.100')).toMatchObject({ code: 4 });
    await host.lvsadm('realserver down --vip 10.0.0.101');
    expect(await host.dump()).toEqual(before);
  });
});

describe('what others did', () => {
  it('before: is never undone', async () => {
    ip(HOST, 'addr add 10.0.0.100/32 dev lo');
    await host.write('net/ipv4/conf/e0/arp_ignore', '1');
    const prepared = await host.dump();
    await host.lvsadm('realserver up --mode dr --vip 10.0.0.100');
    await host.lvsadm('realserver down');
    expect(await host.dump()).toEqual(prepared);
    ip(HOST, 'addr del 10.0.0.100/32 dev lo');
    await host.write('net/ipv4/conf/e0/arp_ignore', '0');
  });

  it('meanwhile: is left, and told', async () => {
    await host.lvsadm('realserver up --mode dr --vip 10.0.0.100');
    await host.write('net/ipv4/conf/e0/arp_ignore', '2');
    expect(await host.lvsadm('realserver down')).toContain(
      'left sysctl net/ipv4/conf/e0/arp_ignore as it is: 2',
    );
    await host.write('net/ipv4/conf/e0/arp_ignore', '0');
    expect(await host.dump()).toEqual(before);
  });
});

describe('wrong input', () => {
  const WRONG: readonly [words: string, code: number, says: string][] = [
    ['realserver up --mode dr --vip 10.0.0.256', 2, "--vip: '10.0.0.256' is not an IP address"],
    [
      'realserver up --mode dr --vip 10.0.0.0/24',
      2,
      "--vip: '10.0.0.0/24' must be one address: /32, or no prefix length",
    ],
    [
      'realserver up --mode dr --vip 224.0.0.1',
      2,
      "--vip: '224.0.0.1' is not an address that a host can have",
    ],
    ['realserver up --mode dr --vip 10.0.0.100 --device nope0', 1, 'there is no device nope0'],
    [
      'realserver up --mode dr --vip 10.0.0.100 --device e0',
      1,
      'e0 answers its neighbours for every address on it, so it cannot hold 10.0.0.100; use lo or a dummy device',
    ],
    ['realserver up --mode dr --vip 10.0.0.10', 1, '10.0.0.10 is on e0 of this host already'],
    [
      'realserver up --mode tun --vip 10.0.0.100 --rip 10.9.9.9',
      1,
      '10.9.9.9 is not an address of this host',
    ],
    ['realserver up --mode tun --tunnel gue --vip 10.0.0.100', 2, '--tunnel gue wants --tun-port PORT'],
    [
      'realserver up --mode nat --director 10.7.7.7',
      1,
      'the director 10.7.7.7 is not on a network of this host',
    ],
    ['realserver up --vip 10.0.0.100', 2, '--mode is missing: dr, tun or nat'],
    ['realserver up --mode dr --vip 10.0.0.100 --tunnel gre', 2, '--tunnel does not go with --mode dr'],
    ['director up --mode nat --vip 10.0.0.100 --device nope0', 1, 'there is no device nope0'],
    [
      'director up --mode nat --vip 10.0.0.100 --device e0 --scheduler nope',
      1,
      'this kernel has no module ip_vs_nope',
    ],
    ['director up --mode nat --vip ::ffff:10.0.0.1 --device e0', 2, 'is not an address that a host can have'],
    ['director up --nonsense', 2, "unknown option '--nonsense'"],
  ];

  it.each(WRONG)('%s', async (words, code, says) => {
    const result = await host.tryLvsadm(words);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(says);
    expect(result.stderr.split('\n')).toHaveLength(2);
    expect(await host.dump()).toEqual(before);
    expect(journals()).toEqual([]);
  });

  it('without the right to, there is one line, and nothing is changed', async () => {
    const words = 'realserver up --mode dr --vip 10.0.0.100'.split(' ');
    const drop = [
      'netns',
      'exec',
      HOST,
      'setpriv',
      '--bounding-set=-all',
      '--inh-caps=-all',
      '--reuid=65534',
    ];
    const { status, stdout, stderr } = spawnSync(
      'ip',
      [...drop, process.execPath, machine.victim, '0', 'before', ...words],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 1,
      stdout: '',
      stderr: 'lvsadm realserver up: only root (CAP_NET_ADMIN) may prepare a realserver\n',
    });
    expect(await host.dump()).toEqual(before);
  });
});
