import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { processWorld } from '../../../src/process/process-world.ts';
import { openEmpty, reset } from '../ipvs.ts';
import { lvsadm } from '../table/run.ts';

// What shows only with connections. Client, director and real servers are this one host.

const VIP = '10.9.0.1';
const WEB = { protocol: 'tcp', address: VIP, port: 80 } as const;

let client: IpvsClient;
let server: Server;

beforeAll(async () => {
  client = await openEmpty();
  execFileSync('ip', ['addr', 'add', `${VIP}/32`, 'dev', 'lo']);
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  server = createServer((socket) => socket.on('error', () => {}).end('hello\n'));
  await new Promise<void>((resolve) => server.listen(8081, '127.0.0.1', resolve));
});
afterEach(() => reset(client));
afterAll(async () => {
  server?.close();
  execFileSync('ip', ['addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  await client?.close();
});

async function examine(rule: string): Promise<Finding[]> {
  const { out } = await lvsadm(`doctor --json --rule ${rule}`);
  return (JSON.parse(out) as { findings: Finding[] }).findings;
}

/** Does what the rule's one finding says, and sees it gone. */
async function fix(rule: string): Promise<void> {
  const findings = await examine(rule);
  expect(findings).toHaveLength(1);
  const world = { ...processWorld(), programName: 'lvsadm' };
  for (const line of findings[0]!.fix) {
    const [program = '', ...words] = line.split(' ');
    if (program === 'lvsadm') expect(await runIpvsadm(words, world)).toBe(0);
    else execFileSync(program, words, { stdio: 'ignore' });
  }
  expect(await examine(rule)).toEqual([]);
}

const sysctl = (path: string) => `/proc/sys/net/${path}`;

/** The answer to a client of this address, or the code of the error. */
function ask(localAddress = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: VIP, port: 80, localAddress });
    socket.once('data', (data) => resolve(String(data)));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

describe('with connections, the doctor sees', () => {
  it('a drained real server that persistence feeds', async () => {
    writeFileSync(sysctl('ipv4/vs/expire_quiescent_template'), '0');
    await client.addService({ ...WEB, scheduler: 'rr', persistenceTimeout: 300 });
    const destination = { address: '127.0.0.1', port: 8081, forwarding: 'masquerade' } as const;
    await client.addDestination(WEB, destination);
    expect(await ask()).toBe('hello\n');
    await client.editDestination(WEB, { ...destination, weight: 0 });
    // It is fed, indeed.
    expect(await ask()).toBe('hello\n');
    await fix('persistence-feeds-drained');
  });

  it('a service without a scheduler, whose connections are refused', async () => {
    await client.addService({ ...WEB, scheduler: 'none' });
    await client.addDestination(WEB, { address: '127.0.0.1', port: 8081, forwarding: 'masquerade' });
    expect(await ask()).toBe('ECONNREFUSED');
    await fix('no-scheduler');
    expect(await ask()).toBe('hello\n');
  });

  it.each(['sh', 'mh'])('a share of the clients of scheduler %s that are refused', async (scheduler) => {
    await client.addService({ ...WEB, scheduler });
    const drained = { address: '127.0.0.9', port: 8081, forwarding: 'masquerade' } as const;
    await client.addDestination(WEB, { ...drained, address: '127.0.0.1' });
    await client.addDestination(WEB, drained);
    // The share of one that never had a weight, mh gives to the others; not so that of one that had.
    await client.editDestination(WEB, { ...drained, weight: 0 });
    // Clients of many addresses, so that some have the hash of each real server.
    const all = async () => {
      const answers: string[] = [];
      for (let host = 1; host <= 16; host++) answers.push(await ask(`127.0.1.${host}`));
      return [...new Set(answers)].sort();
    };
    expect(await all()).toEqual(['ECONNREFUSED', 'hello\n']);
    await fix('hash-without-fallback');
    expect(await all()).toEqual(['hello\n']);
  });

  it('a director that balances nothing, being a backup', async () => {
    await client.addService({ ...WEB, scheduler: 'rr' });
    await client.addDestination(WEB, { address: '127.0.0.1', port: 8081, forwarding: 'masquerade' });
    for (const role of ['master', 'backup'] as const)
      await client.startDaemon({ role, interface: 'lo', syncId: 7 });
    expect(await ask()).toBe('hello\n');
    writeFileSync(sysctl('ipv4/vs/backup_only'), '1');
    expect(await ask()).toBe('ECONNREFUSED');
    await fix('backup-only-stops-director');
    expect(await ask()).toBe('hello\n');
  });
});
