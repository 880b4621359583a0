import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { execute } from '../../../src/actions/table/execute.ts';
import { readWanted } from '../../../src/actions/table/reconcile.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { takeLock } from '../../../src/host/lock.ts';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Kernel } from '../../../src/ipvs/kernel.ts';
import { diffTable } from '../../../src/plan/table/diff.ts';
import { stepsOf } from '../../../src/plan/table/diff-changes.ts';
import type { Wanted } from '../../../src/plan/table/wanted.ts';
import { formatDocument } from '../../../src/syntax/document/text.ts';
import { fewestChanges, SEED, wantedDocument } from '../../unit/plan/documents.ts';
import { openEmpty, reset } from '../ipvs.ts';
import { file, lvsadm } from './run.ts';

let client: IpvsClient;
beforeAll(async () => {
  client = await openEmpty();
});
afterEach(() => reset(client));
afterAll(() => client?.close());

const table = () => readWanted(client);

/** What it takes to stay with one connection, where a command would close its own. */
const shared = (kernel: Kernel = client) => ({
  openKernel: async (): Promise<Kernel> =>
    new Proxy(kernel, { get: (target, key) => (key === 'close' ? async () => {} : bound(target, key)) }),
});
function bound(target: object, key: string | symbol): unknown {
  const value = Reflect.get(target, key) as unknown;
  return typeof value === 'function' ? value.bind(target) : value;
}

const apply = (text: string, options = '') => lvsadm(`apply ${file('wanted.yaml', text)}${options}`);

const WEB = `
services:
  - address: 10.0.0.1:80
    scheduler: rr
    destinations:
      - { address: 10.1.0.11, weight: 5 }
      - 10.1.0.12
`;

describe('pairs of documents', () => {
  const pairs = fc.sample(fc.tuple(wantedDocument, wantedDocument), { seed: SEED, numRuns: 1000 });
  const { signal } = new AbortController();

  it('1,000: A made so, B made so: the table is B, by the fewest changes', { timeout: 280_000 }, async () => {
    let from: Wanted = await table();
    for (const pair of pairs) {
      for (const to of pair) {
        const steps = stepsOf(diffTable(from, to, { prune: true }));
        const { done, refused, busy } = await execute(client, steps, {
          busy: { kind: 'keep' },
          clock: systemClock,
          signal,
        });
        expect({ refused, busy }).toEqual({ refused: [], busy: [] });
        expect(done).toHaveLength(fewestChanges(from, to));
        from = await table();
        expect(from).toEqual(to);
      }
    }
  });

  it('50, by the commands: export is B, and diff of it is empty', { timeout: 200_000 }, async () => {
    for (const pair of pairs.slice(0, 50)) {
      for (const to of pair) {
        const path = file('pair.yaml', formatDocument(to));
        expect(await lvsadm(`apply ${path} --prune --json`, shared())).toMatchObject({ code: 0, err: '' });
      }
      const exported = await lvsadm('export', shared());
      expect(exported).toEqual({ code: 0, out: formatDocument(pair[1]), err: '' });
      const path = file('exported.yaml', exported.out);
      expect(await lvsadm(`diff ${path} --prune`, shared())).toEqual({ code: 0, out: '', err: '' });
    }
  });
});

describe('export', () => {
  it('has what ipvsadm’s save loses, in YAML and in JSON, and diff of it is empty', async () => {
    await client.setTimeouts({ tcp: 61, tcpFin: 62, udp: 63 });
    await client.startDaemon({ role: 'backup', interface: 'lo', syncId: 9, port: 9999 });
    await client.addService({
      protocol: 'tcp',
      address: '2001:db8::1',
      port: 0,
      persistenceTimeout: 9,
      persistenceMask: 64,
    });
    const service = { protocol: 'tcp', address: '2001:db8::1', port: 0 } as const;
    await client.addDestination(service, {
      address: '2001:db8::11',
      port: 0,
      upperThreshold: 9,
      lowerThreshold: 3,
    });
    for (const form of ['', ' --json']) {
      const exported = await lvsadm(`export${form}`);
      for (const part of ['61', '62', '63', '9999', 'upperThreshold', 'lowerThreshold', '64'])
        expect(exported.out).toContain(part);
      expect(await lvsadm(`diff ${file('exported.yaml', exported.out)}`)).toEqual({
        code: 0,
        out: '',
        err: '',
      });
    }
  });

  it('and diff are empty also for what no document could make', async () => {
    await client.addService({ protocol: 'tcp', address: '10.0.0.1', port: 0 });
    const odd = {
      protocol: 'tcp',
      address: '10.0.0.1',
      port: 81,
      scheduler: 'none',
      onePacket: true,
    } as const;
    await client.addService(odd);
    await client.addDestination(odd, {
      address: '10.1.0.11',
      port: 8080,
      tunnel: { type: 'gre', port: 7, checksum: 'remote' },
    });
    await client.addService({ protocol: 'protocol-50', address: '10.0.0.1', port: 82 });
    const { out } = await lvsadm('export');
    expect(await lvsadm(`diff ${file('odd.yaml', out)}`)).toEqual({ code: 0, out: '', err: '' });
    await reset(client);
    // To make it so is refused: nobody can mean it.
    const result = await lvsadm(`apply ${file('odd.yaml', out)}`);
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/odd\.yaml:\d+: a service for all ports/);
    expect(await client.services()).toEqual([]);
  });
});

describe('apply', () => {
  it('says what it does, and then that there is nothing to do', async () => {
    const first = await apply(WEB);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out.split('\n')).toEqual([
      'add service tcp 10.0.0.1:80',
      'add destination 10.1.0.11:80 to tcp 10.0.0.1:80',
      'add destination 10.1.0.12:80 to tcp 10.0.0.1:80',
      '',
    ]);
    expect(await apply(WEB)).toEqual({ code: 0, out: 'nothing to do\n', err: '' });
  });

  it('with --dry-run shows the difference and touches nothing', async () => {
    const { code, out } = await apply(WEB, ' --dry-run');
    expect(code).toBe(0);
    expect(out).toContain('+   -> 10.1.0.11:80  direct  weight 5\n');
    expect(await client.services()).toEqual([]);
    const diff = await lvsadm(`diff ${file('wanted.yaml', WEB)}`);
    expect(diff).toEqual({ code: 2, out, err: '' });
  });

  it.each([
    [
      'not valid',
      'services: [{ address: 10.0.0.1:80, destination: [] }]',
      /wanted\.yaml:1: unknown key 'destination': did you mean 'destinations'\?/,
    ],
    ['not YAML', 'services: [', /wanted\.yaml:1: not valid YAML/],
  ])('touches nothing when a document is %s', async (_name, text, expected) => {
    const { code, out, err } = await apply(text, ' --prune');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(expected);
    expect((await lvsadm(`diff ${file('wanted.yaml', text)}`)).code).toBe(1);
  });

  it('tells services that are not mentioned, and removes them only when asked to', async () => {
    await client.addService({ fwmark: 3, family: 'inet6' });
    for (const option of ['', ' --prune=false']) {
      const { code, err } = await apply(WEB, option);
      expect(code).toBe(0);
      expect(err).toContain('not in the documents, and left alone: fwmark 3 (IPv6)');
    }
    expect(await client.services()).toHaveLength(2);
    expect(await apply(WEB, ' --prune')).toEqual({
      code: 0,
      out: 'delete service fwmark 3 (IPv6)\n',
      err: '',
    });
  });

  it('edits in place: scheduler, weight 0, tunnel; nothing is deleted', async () => {
    await apply(WEB);
    const edited = WEB.replace('rr', 'sh')
      .replace('weight: 5', 'weight: 0')
      .replace('- 10.1.0.12', '- { address: 10.1.0.12, tunnel: "gue:6080" }');
    const { out } = await apply(edited);
    expect(
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' ')[0]),
    ).toEqual(['edit', 'edit', 'edit']);
    expect(await client.destinations({ protocol: 'tcp', address: '10.0.0.1', port: 80 })).toMatchObject([
      { address: '10.1.0.12', forwarding: 'tunnel', tunnel: { type: 'gue', port: 6080 } },
      { address: '10.1.0.11', weight: 0 },
    ]);
  });

  it('reads standard input, folders, and several files, and names both places of a conflict', async () => {
    const stdin = (async function* () {
      yield WEB;
    })();
    expect((await lvsadm('apply -', { stdin })).code).toBe(0);
    const folder = join(dirname(file('x', '')), 'folder');
    mkdirSync(folder);
    writeFileSync(join(folder, 'a.yaml'), WEB);
    writeFileSync(join(folder, 'b.json'), '{ "services": [{ "fwmark": 1, "destinations": [] }] }');
    writeFileSync(join(folder, 'notes.txt'), 'not read');
    expect((await lvsadm(`apply ${folder}`)).out).toBe('add service fwmark 1\n');
    const conflict = await lvsadm(`apply ${folder} ${file('again.yaml', WEB)}`);
    expect(conflict.code).toBe(1);
    expect(conflict.err).toMatch(
      /again\.yaml:3: service tcp 10\.0\.0\.1:80 is at .*folder\/a\.yaml:3 already/,
    );
  });

  it('waits for another one, and says so when that does not end', async () => {
    const lock = await takeLock('table');
    const waiting = apply(WEB);
    setTimeout(() => lock.release(), 300);
    expect((await waiting).code).toBe(0);
    const held = await takeLock('table');
    const { code, err } = await apply(WEB);
    expect({ code, err }).toEqual({
      code: 1,
      err: `lvsadm apply: another lvsadm (process ${process.pid}) is changing this table\n`,
    });
    await held.release();
  });

  it('refuses before it begins what the kernel would refuse because of a sync daemon', async () => {
    await client.startDaemon({ role: 'master', interface: 'lo' });
    const foreign =
      'services: [{ address: 10.0.0.1:80, destinations: [{ address: "2001:db8::11", tunnel: gre }] }]';
    const { code, err } = await apply(foreign);
    expect(code).toBe(1);
    expect(err).toContain(
      'the kernel does not allow the master sync daemon beside destination [2001:db8::11]:80',
    );
    expect(await client.services()).toEqual([]);
    expect((await apply(foreign, ' --prune')).code).toBe(0);
    expect(await client.daemons()).toEqual([]);
  });
});

describe('a refusal half-way', () => {
  const REFUSED = `
daemons: [{ role: master, interface: nowhere0 }]
services:
  - address: 10.0.0.1:80
    scheduler: wrr
    destinations: [10.1.0.12, 10.1.0.13]
`;

  it('is told with what was done and what was not', async () => {
    await apply(WEB);
    const { code, out, err } = await apply(REFUSED);
    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      'add destination 10.1.0.13:80 to tcp 10.0.0.1:80',
      'edit service tcp 10.0.0.1:80',
      'delete destination 10.1.0.11:80 of tcp 10.0.0.1:80',
      'refused: cannot start the master sync daemon on nowhere0: there is no such network interface (ENODEV).',
      '',
    ]);
    expect(err).toContain('the kernel refused 1 of the changes; what was done stays');
  });

  it('with --rollback leaves the table as it was', async () => {
    await apply(WEB);
    await client.setTimeouts({ tcp: 77 });
    const before = await table();
    const { code, out, err } = await apply(
      `timeouts: { tcp: 99 }\n${REFUSED}  - { fwmark: 9, destinations: [10.1.0.11:80] }\n`,
      ' --rollback',
    );
    expect(code).toBe(1);
    expect(out).toContain('the table is put back:\n');
    expect(err).toContain('the table is as it was before');
    expect(await table()).toEqual(before);
  });

  it('of an addition leaves what it should replace', async () => {
    await apply(WEB);
    const { code, out } = await apply(
      'services: [{ address: 10.0.0.1:80, destinations: [] }, { fwmark: 1, scheduler: nosuch, destinations: [10.1.0.11:80] }]',
    );
    expect(code).toBe(1);
    expect(out).toContain('not done: delete destination 10.1.0.11:80 of tcp 10.0.0.1:80\n');
    expect(await client.destinations({ protocol: 'tcp', address: '10.0.0.1', port: 80 })).toHaveLength(2);
  });
});
