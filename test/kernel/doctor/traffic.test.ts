import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Finding } from '../../../src/model/finding.ts';
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

async function examine(): Promise<Finding[]> {
  const { out } = await lvsadm(`doctor --json --rule persistence-feeds-drained`);
  return (JSON.parse(out) as { findings: Finding[] }).findings;
}

async function mend(rule: string): Promise<void> {
  const findings = await examine();
  expect(findings.map((finding) => finding.rule)).toEqual([rule]);
  const [program = '', ...words] = findings[0]!.mend[0]!.split(' ');
  execFileSync(program, words, { stdio: 'ignore' });
  expect(await examine()).toEqual([]);
}

const sysctl = (path: string) => `/proc/sys/net/${path}`;

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(80, VIP);
    socket.once('data', (data) => resolve(String(data)));
    socket.once('error', reject);
  });
}

describe('with connections, the doctor sees', () => {
  it('a drained real server that persistence feeds', async () => {
    writeFileSync(sysctl('ipv4/vs/expire_quiescent_template'), '0');
    await client.addService({ ...WEB, scheduler: 'rr', persistenceTimeout: 300 });
    const destination = { address: '127.0.0.1', port: 8081, forwarding: 'masquerade' } as const;
    await client.addDestination(WEB, destination);
    expect(await ask()).toBe('hello\n');
    expect(await examine()).toEqual([]);
    await client.editDestination(WEB, { ...destination, weight: 0 });
    // It is fed, indeed.
    expect(await ask()).toBe('hello\n');
    await mend('persistence-feeds-drained');
  });
});
