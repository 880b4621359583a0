import { execFileSync } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import { openEmpty, reset } from '../ipvs.ts';
import { file, lvsadm } from './run.ts';

// Everything on this one host: clients, the virtual address, and two real servers reached by address translation.

const VIP = '10.9.0.1';
const WEB = { protocol: 'tcp', address: VIP, port: 80 } as const;
const SERVERS = [8081, 8082, 8083];
const AT = `-t ${VIP}:80 -r 127.0.0.1:8081`;

let client: IpvsClient;
const servers: Server[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  client = await openEmpty();
  execFileSync('ip', ['addr', 'add', `${VIP}/32`, 'dev', 'lo']);
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  for (const port of SERVERS) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write(`${port}\n`));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    servers.push(server);
  }
});
beforeEach(async () => {
  await client.setTimeouts({ tcp: 900, tcpFin: 1, udp: 1 });
  await client.addService({ ...WEB, scheduler: 'rr' });
  await client.addDestination(WEB, {
    address: '127.0.0.1',
    port: 8081,
    forwarding: 'masquerade',
    weight: 7,
    upperThreshold: 99,
  });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await reset(client);
});
afterAll(async () => {
  for (const server of servers) server.close();
  execFileSync('ip', ['addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  await client?.close();
});

/** A connection that has been answered once. The kernel remembers a reset for ten seconds, a close for two minutes. */
function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(80, VIP, () => socket.write('hello\n'));
    sockets.push(socket);
    socket.once('data', () => resolve(socket));
    socket.once('error', reject);
    socket.setTimeout(3000, () => reject(new Error('no answer')));
  });
}

/** Whether an open connection still answers. */
function answers(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), 2000);
    socket.once('data', () => {
      clearTimeout(timer);
      resolve(true);
    });
    socket.write('again\n');
  });
}

const first = async () => (await client.destinations(WEB)).find(({ port }) => port === 8081);

describe('drain', () => {
  it('waits until the connection has ended, and then deletes', async () => {
    const socket = await open();
    const drained = lvsadm(`drain ${AT} --timeout 30s --delete`);
    setTimeout(() => socket.resetAndDestroy(), 1000);
    const { code, out } = await drained;
    expect(code).toBe(0);
    expect(out).toMatch(
      /^127\.0\.0\.1:8081 of tcp 10\.9\.0\.1:80 has no connections any more, after \d+ s; deleted\n$/,
    );
    expect(await client.destinations(WEB)).toEqual([]);
  });

  it('says what still holds it when the time is up, and leaves it at weight 0 with its other settings', async () => {
    const socket = await open();
    const { code, err } = await lvsadm(`drain ${AT} --timeout 1`);
    expect(code).toBe(5);
    expect(err).toContain(
      'still has 1 active, 0 inactive and 0 persistent connections after 1s; it stays at weight 0 (before: 7)',
    );
    expect(err).toContain('1 active connections: idle ones go after 15m');
    expect(await first()).toMatchObject({ weight: 0, upperThreshold: 99, forwarding: 'masquerade' });
    expect(await answers(socket)).toBe(true);
  });

  it('knows persistence', async () => {
    await client.editService({ ...WEB, persistenceTimeout: 300 });
    (await open()).destroy();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { code, out } = await lvsadm(`drain ${AT} --timeout 3s --json`);
    expect(code).toBe(5);
    const report = JSON.parse(out) as { persistentConnections: number; holders: string[] };
    expect(report).toMatchObject({ outcome: 'timeout', weightBefore: 7, persistentConnections: 1 });
    expect(report.holders.join('\n')).toContain(
      '1 persistent clients: each is sent here until it has been away for 5m',
    );
    expect(report.holders.join('\n')).toContain('net.ipv4.vs.expire_quiescent_template is 0');
  });

  it('stops when somebody else gives it weight again', async () => {
    await open();
    const drained = lvsadm(`drain ${AT} --timeout 30`);
    setTimeout(() => client.editDestination(WEB, { address: '127.0.0.1', port: 8081, weight: 3 }), 500);
    const { code, err } = await drained;
    expect(code).toBe(1);
    expect(err).toContain('somebody else has set 127.0.0.1:8081 of tcp 10.9.0.1:80 to weight 3');
  });

  it('is ended by SIGINT, and says what state it leaves', async () => {
    await open();
    const drained = lvsadm(`drain ${AT} --timeout 30`);
    setTimeout(() => process.emit('SIGINT'), 700);
    const { code, err } = await drained;
    expect(code).toBe(130);
    expect(err).toContain(
      'interrupted; 127.0.0.1:8081 of tcp 10.9.0.1:80 stays at weight 0 (before: 7) and has 1 active',
    );
  });

  it.each([
    ['drain -t 10.9.0.1:80', 2, 'lvsadm drain: -r is missing: the real server\n'],
    [
      'drain -t 10.9.0.1:80 -u 10.9.0.1:80 -r 127.0.0.1:8081',
      2,
      'lvsadm drain: name the service with one of -t, -u, --sctp-service and -f\n',
    ],
    [
      'drain -t 10.9.0.1:80 -r 127.0.0.1:8081 --timeout soon',
      2,
      "lvsadm drain: --timeout: 'soon' is not a time such as 60, 60s or 5m\n",
    ],
    [
      'drain -t 10.9.0.1:80 -r 127.0.0.9:1',
      1,
      'lvsadm drain: there is no destination 127.0.0.9:1 of tcp 10.9.0.1:80\n',
    ],
    ['ramp -t 10.9.0.1:80 -r 127.0.0.1:8081', 2, 'lvsadm ramp: --to is missing: the weight in the end\n'],
  ])('%s: %i', async (words, code, err) => {
    expect(await lvsadm(words)).toEqual({ code, out: '', err });
  });
});

describe('ramp', () => {
  it('leads the weight there in steps, and changes nothing else', async () => {
    const seen = new Set<number>();
    const timer = setInterval(async () => seen.add((await first())!.weight), 200);
    const { code, out } = await lvsadm(`ramp ${AT} --to 100 --over 4s`);
    clearInterval(timer);
    expect({ code, out }).toEqual({
      code: 0,
      out: '127.0.0.1:8081 of tcp 10.9.0.1:80 has weight 100 (before: 7)\n',
    });
    expect(seen.size).toBeGreaterThanOrEqual(3);
    expect(await first()).toMatchObject({ weight: 100, upperThreshold: 99, forwarding: 'masquerade' });
  });

  it('is ended by SIGINT on the way, and says where', async () => {
    setTimeout(() => process.emit('SIGINT'), 1500);
    const { code, err } = await lvsadm(`ramp ${AT} --to 1007 --over 60s`);
    expect(code).toBe(130);
    expect(err).toMatch(/interrupted; .* stays at weight \d+ \(before: 7\)/);
    expect((await first())!.weight).toBeLessThan(200);
  });
});

describe('apply', () => {
  const SWAP = `services: [{ address: "${VIP}:80", scheduler: rr, destinations: [{ address: "127.0.0.1:8082", forwarding: nat }] }]`;

  /** The kernel gives a destination that was there before its old connections back. */
  async function freshServer(): Promise<void> {
    await client.deleteDestination(WEB, { address: '127.0.0.1', port: 8081 });
    await client.addDestination(WEB, { address: '127.0.0.1', port: 8083, forwarding: 'masquerade' });
  }

  it('never cuts a connection: its destination stays at weight 0, and goes with a later apply', async () => {
    await freshServer();
    const socket = await open();
    const path = file('swap.yaml', SWAP);
    const { code, out } = await lvsadm(`apply ${path}`);
    expect(code).toBe(5);
    expect(out).toContain(
      'left at weight 0: 127.0.0.1:8083 of tcp 10.9.0.1:80 still has 1 active, 0 inactive and 0 persistent connections',
    );
    expect(await answers(socket)).toBe(true);
    const drained = lvsadm(`apply ${path} --drain --timeout 30`);
    setTimeout(() => socket.resetAndDestroy(), 500);
    expect(await drained).toMatchObject({
      code: 0,
      out: 'delete destination 127.0.0.1:8083 of tcp 10.9.0.1:80\n',
    });
  });

  it('with --cut deletes at once', async () => {
    const socket = await open();
    expect(await lvsadm(`apply ${file('swap.yaml', SWAP)} --cut`)).toMatchObject({ code: 0 });
    expect(await first()).toBeUndefined();
    expect(await answers(socket)).toBe(false);
  });
});
