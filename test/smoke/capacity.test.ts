import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { IpvsClient } from '../../src/ipvs/client.ts';
import type { Finding } from '../../src/model/finding.ts';
import { openEmpty, reset } from '../kernel/ipvs.ts';
import { lvsadm } from '../kernel/table/run.ts';

// Here because IPVS is a module of Debian's kernel: only then can its connection table be made smaller.

const VIP = '10.9.0.1';
execFileSync('/sbin/modprobe', ['ip_vs']);

let client: IpvsClient;

beforeAll(async () => {
  client = await openEmpty();
  execFileSync('ip', ['addr', 'add', `${VIP}/32`, 'dev', 'lo']);
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
});
afterAll(async () => {
  await reset(client);
  execFileSync('ip', ['addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  await client?.close();
});

async function examine(): Promise<Finding[]> {
  const { out } = await lvsadm('doctor --json --rule connection-table-small');
  return (JSON.parse(out) as { findings: Finding[] }).findings;
}

/** So many connections of one datagram each. */
async function scatter(count: number, port: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.send('x', port, VIP, () => socket.close(() => resolve())));
  }
}

it('a connection table that is too small is found', async () => {
  const reload = async (...options: string[]) => {
    await client.flush();
    await client.close();
    const loaded = readFileSync('/proc/modules', 'utf8').match(/^ip_vs_\w+/gm) ?? [];
    execFileSync('/sbin/modprobe', ['-r', ...loaded, 'ip_vs']);
    execFileSync('/sbin/modprobe', ['ip_vs', ...options]);
    client = await openEmpty();
  };
  await reload('conn_tab_bits=8');
  const dns = { protocol: 'udp', address: VIP, port: 5300 } as const;
  const load = async () => {
    await client.addService({ ...dns, scheduler: 'rr' });
    await client.addDestination(dns, { address: '127.0.0.1', port: 5301, forwarding: 'masquerade' });
    await scatter(1200, 5300);
  };
  await load();
  const findings = await examine();
  expect(findings).toMatchObject([{ rule: 'connection-table-small', fix: [] }]);
  const option = /options ip_vs (conn_tab_bits=\d+)/.exec(findings[0]!.advice!)![1]!;
  expect(option).toBe('conn_tab_bits=11');
  await reload(option);
  await load();
  expect(await examine()).toEqual([]);
});
