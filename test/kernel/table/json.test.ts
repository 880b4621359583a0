import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import { IpvsClient as Client } from '../../../src/ipvs/client.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import { fakeWorld } from '../../unit/fake-world.ts';
import { openEmpty, reset } from '../ipvs.ts';

let client: IpvsClient;
beforeAll(async () => {
  client = await openEmpty();
});
afterEach(() => reset(client));
afterAll(() => client?.close());

/** A listing of the real kernel, for programs. */
async function list(...words: string[]): Promise<unknown> {
  const world = fakeWorld({
    programName: 'lvsadm',
    openKernel: () => Client.open(),
    readConnections: async () => readFileSync('/proc/net/ip_vs_conn', 'latin1'),
  });
  expect(await runIpvsadm(['-L', '--json', ...words], world)).toBe(0);
  return JSON.parse(world.stdoutText);
}

it('--json has what the kernel was set to, in every form of the listing', async () => {
  const web = {
    protocol: 'tcp',
    address: '2001:db8::1',
    port: 80,
    scheduler: 'sh',
    schedulerFlags: ['sh-port'],
    persistenceTimeout: 60,
    persistenceMask: 64,
  } as const;
  const server = {
    address: '10.1.0.11',
    port: 80,
    forwarding: 'tunnel',
    weight: 9,
    upperThreshold: 5,
    lowerThreshold: 2,
    tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
  } as const;
  await client.addService(web);
  await client.addDestination(web, server);
  await client.addService({ fwmark: 4294967295, family: 'inet6' });
  await client.setTimeouts({ tcp: 1, tcpFin: 2, udp: 3 });
  const expected = {
    version: '1.2.1',
    services: [
      {
        fwmark: null,
        family: 'inet6',
        ...web,
        destinations: [{ ...server, activeConnections: 0, counters: { connections: 0 } }],
      },
      {
        fwmark: 4294967295,
        family: 'inet6',
        protocol: null,
        address: null,
        port: null,
        scheduler: 'wlc',
        destinations: [],
      },
    ],
  };
  const sorted = (await list('--stats')) as { services: { fwmark: number | null }[] };
  sorted.services.sort((a, b) => (a.fwmark ?? 0) - (b.fwmark ?? 0));
  expect(sorted).toMatchObject(expected);
  expect(await list('-t', '[2001:db8::1]:80')).toMatchObject({
    version: null,
    services: [expected.services[0]],
  });
  expect(await list('--timeout')).toEqual({ timeouts: { tcp: 1, tcpFin: 2, udp: 3 } });
  // Those of other tests may be in there still.
  const { connections } = (await list('-c')) as { connections: object[] };
  const lines = readFileSync('/proc/net/ip_vs_conn', 'latin1').trim().split('\n').slice(1);
  expect(connections).toHaveLength(lines.length);
  await reset(client);
  await client.startDaemon({ role: 'master', interface: 'lo', syncId: 7, ttl: 3 });
  expect(await list('--daemon')).toMatchObject({
    daemons: [{ role: 'master', interface: 'lo', syncId: 7, ttl: 3, port: 8848 }],
  });
});
