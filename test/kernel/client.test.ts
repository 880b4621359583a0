import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IpvsClient } from '../../src/ipvs/client.ts';
import { IpvsError } from '../../src/ipvs/errors.ts';
import type { Change } from '../../src/model/change.ts';
import type { Daemon } from '../../src/model/daemon.ts';
import type { Destination } from '../../src/model/destination.ts';
import { SCHEDULERS } from '../../src/model/scheduler.ts';
import type { Service } from '../../src/model/service.ts';
import { openEmpty, reset } from './ipvs.ts';

let client: IpvsClient;
beforeAll(async () => {
  client = await openEmpty();
});
afterEach(() => reset(client));
afterAll(() => client?.close());

const WEB = { protocol: 'tcp', address: '10.0.0.1', port: 80 } as const;

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(IpvsError);
  return (error as IpvsError).code;
}

/** What /proc/net/ip_vs says, which does not go through netlink. */
const proc = () => readFileSync('/proc/net/ip_vs', 'utf8');

describe('services', () => {
  const variants: [string, Service][] = [
    ['TCP', { ...WEB, scheduler: 'rr' }],
    ['UDP, one packet', { ...WEB, protocol: 'udp', onePacket: true }],
    ['SCTP', { ...WEB, protocol: 'sctp' }],
    ['IPv6', { ...WEB, address: '2001:db8::1' }],
    [
      'every port, persistent',
      { ...WEB, port: 0, persistenceTimeout: 300, persistenceMask: '255.255.255.0' },
    ],
    ['IPv6 persistent', { ...WEB, address: '2001:db8::1', persistenceTimeout: 9, persistenceMask: 64 }],
    ['firewall mark', { fwmark: 1, family: 'inet' }],
    ['the largest mark, IPv6', { fwmark: 0xffffffff, family: 'inet6', scheduler: 'wrr' }],
    ['sh with flags', { ...WEB, scheduler: 'sh', schedulerFlags: ['sh-fallback', 'sh-port'] }],
    ['mh with a flag', { ...WEB, scheduler: 'mh', schedulerFlags: ['mh-port'] }],
    ['generic flags', { ...WEB, scheduler: 'wlc', schedulerFlags: ['flag-1', 'flag-3'] }],
    ['engine', { ...WEB, protocol: 'udp', port: 5060, persistenceTimeout: 60, persistenceEngine: 'sip' }],
  ];

  it.each(variants)('%s: is listed as it was added, one by one and all together', async (_name, service) => {
    await client.addService(service);
    expect(await client.service(service)).toMatchObject(service);
    expect(await client.services()).toMatchObject([service]);
    await client.deleteService(service);
    expect(await client.services()).toEqual([]);
  });

  it('are seen by the kernel’s own listing', async () => {
    await client.addService({ ...WEB, scheduler: 'rr' });
    await client.addDestination(WEB, {
      address: '10.0.0.2',
      port: 8080,
      forwarding: 'masquerade',
      weight: 7,
    });
    expect(proc()).toMatch(/^TCP {2}0A000001:0050 rr\s*$/m);
    expect(proc()).toMatch(/^ {2}-> 0A000002:1F90 +Masq +7 +0 +0/m);
  });

  it('know every scheduler this kernel has', async () => {
    const missing: string[] = [];
    for (const scheduler of SCHEDULERS) {
      const error = await client.addService({ ...WEB, scheduler }).then(
        () => undefined,
        (reason) => reason as IpvsError,
      );
      if (error) {
        expect(error.code).toBe('ENOENT');
        missing.push(scheduler);
      } else {
        expect((await client.service(WEB)).scheduler).toBe(scheduler);
        await client.deleteService(WEB);
      }
    }
    // The youngest, since 5.12, is not part of every distribution's kernel.
    expect(missing.filter((name) => name !== 'twos')).toEqual([]);
  });

  it('keep what an edit does not name', async () => {
    const service: Service = {
      ...WEB,
      scheduler: 'wrr',
      persistenceTimeout: 50,
      persistenceMask: '255.255.0.0',
    };
    await client.addService(service);
    await client.editService({ ...WEB, scheduler: 'rr' });
    expect(await client.service(WEB)).toMatchObject({ ...service, scheduler: 'rr' });
    await client.editService({ ...WEB, persistenceTimeout: 0 });
    expect(await client.service(WEB)).toMatchObject({ scheduler: 'rr', persistenceTimeout: 0 });
  });

  it('lose with set-service what it does not name, as in the kernel', async () => {
    await client.addService({ ...WEB, scheduler: 'wrr', persistenceTimeout: 50 });
    await client.change({ kind: 'set-service', service: WEB });
    expect(await client.service(WEB)).toMatchObject({ scheduler: 'wlc', persistenceTimeout: 0 });
  });

  it('refuse with the kernel’s errno', async () => {
    await client.addService(WEB);
    expect(await codeOf(client.addService(WEB))).toBe('EEXIST');
    expect(await codeOf(client.addService({ ...WEB, port: 81, scheduler: 'nosuch' }))).toBe('ENOENT');
    const other = { ...WEB, port: 81 };
    expect(await codeOf(client.service(other))).toBe('ESRCH');
    expect(await codeOf(client.editService(other))).toBe('ESRCH');
    expect(await codeOf(client.deleteService(other))).toBe('ESRCH');
    expect(await codeOf(client.destinations(other))).toBe('ESRCH');
    expect(await codeOf(client.zero(other))).toBe('ESRCH');
  });
});

describe('destinations', () => {
  const variants: [string, Destination][] = [
    ['direct', { address: '10.0.0.2', port: 80, forwarding: 'direct', weight: 0 }],
    [
      'masquerade to another port',
      { address: '10.0.0.2', port: 8080, forwarding: 'masquerade', weight: 2 ** 31 - 1 },
    ],
    ['thresholds', { address: '10.0.0.2', port: 80, upperThreshold: 100, lowerThreshold: 50 }],
    ['tunnel', { address: '10.0.0.2', port: 80, forwarding: 'tunnel' }],
    [
      'GUE',
      {
        address: '10.0.0.2',
        port: 80,
        forwarding: 'tunnel',
        tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
      },
    ],
    [
      'GRE',
      {
        address: '10.0.0.2',
        port: 80,
        forwarding: 'tunnel',
        tunnel: { type: 'gre', port: 0, checksum: 'full' },
      },
    ],
    ['tunnel to IPv6', { address: '2001:db8::2', port: 80, forwarding: 'tunnel' }],
  ];

  it.each(variants)('%s: is listed as it was added', async (_name, destination) => {
    await client.addService(WEB);
    await client.addDestination(WEB, destination);
    expect(await client.destinations(WEB)).toMatchObject([destination]);
    await client.deleteDestination(WEB, destination);
    expect(await client.destinations(WEB)).toEqual([]);
  });

  it('keep what an edit does not name', async () => {
    const destination: Destination = {
      address: '10.0.0.2',
      port: 80,
      forwarding: 'tunnel',
      weight: 5,
      upperThreshold: 10,
      tunnel: { type: 'gue', port: 6080, checksum: 'full' },
    };
    await client.addService(WEB);
    await client.addDestination(WEB, destination);
    await client.editDestination(WEB, { address: '10.0.0.2', port: 80, weight: 0 });
    expect(await client.destinations(WEB)).toMatchObject([{ ...destination, weight: 0 }]);
  });

  it('are found in any spelling of their address', async () => {
    const service = { ...WEB, address: '2001:db8::1' };
    await client.addService(service);
    await client.addDestination(service, { address: '2001:db8::2', port: 80, weight: 5 });
    await client.editDestination(service, { address: '2001:DB8:0::2', port: 80, upperThreshold: 9 });
    expect(await client.destinations(service)).toMatchObject([{ weight: 5, upperThreshold: 9 }]);
  });

  it('refuse with the kernel’s errno', async () => {
    const destination = { address: '10.0.0.2', port: 80 };
    expect(await codeOf(client.addDestination(WEB, destination))).toBe('ESRCH');
    await client.addService(WEB);
    expect(await codeOf(client.editDestination(WEB, destination))).toBe('ENOENT');
    expect(await codeOf(client.deleteDestination(WEB, destination))).toBe('ENOENT');
    await client.addDestination(WEB, destination);
    expect(await codeOf(client.addDestination(WEB, destination))).toBe('EEXIST');
    expect(await codeOf(client.addDestination(WEB, { ...destination, address: '224.0.0.1' }))).toBe('EINVAL');
    expect(await codeOf(client.addDestination(WEB, { ...destination, port: 81, weight: -1 }))).toBe('ERANGE');
    const mixed = { address: '2001:db8::2', port: 80, forwarding: 'direct' } as const;
    expect(await codeOf(client.addDestination(WEB, mixed))).toBe('EINVAL');
  });
});

describe('timeouts', () => {
  it('are read and set, and what is not named stays', async () => {
    expect(await client.timeouts()).toEqual({ tcp: 900, tcpFin: 120, udp: 300 });
    await client.setTimeouts({ tcpFin: 30 });
    await client.setTimeouts({ tcp: 7200, udp: 0 });
    expect(await client.timeouts()).toEqual({ tcp: 7200, tcpFin: 30, udp: 300 });
  });
});

describe('sync daemons', () => {
  const master: Daemon = {
    role: 'master',
    interface: 'lo',
    syncId: 7,
    maxLength: 1400,
    group: '224.0.0.99',
    port: 9999,
    ttl: 3,
  };

  it('start, are listed, and stop', async () => {
    await client.startDaemon({ role: 'backup', interface: 'lo', syncId: 255 });
    await client.startDaemon(master);
    expect(await client.daemons()).toMatchObject([
      master,
      { role: 'backup', syncId: 255, port: 8848, ttl: 1 },
    ]);
    await client.stopDaemon('master', 7);
    expect(await client.daemons()).toMatchObject([{ role: 'backup' }]);
  });

  it('take an IPv6 group', async () => {
    await client.startDaemon({ role: 'backup', interface: 'lo', group: 'ff02::99' });
    expect(await client.daemons()).toMatchObject([{ role: 'backup', group: 'ff02::99' }]);
  });

  it('stop before they have begun to run, which the kernel does not acknowledge', async () => {
    for (let round = 0; round < 20; round++) {
      await client.startDaemon({ role: 'backup', interface: 'lo', group: 'ff02::99' });
      await client.stopDaemon('backup');
      expect(await client.daemons()).toEqual([]);
    }
  });

  it('refuse with the kernel’s errno', async () => {
    expect(await codeOf(client.stopDaemon('backup'))).toBe('ESRCH');
    expect(await codeOf(client.startDaemon({ role: 'master', interface: 'nope0' }))).toBe('ENODEV');
    await client.startDaemon(master);
    expect(await codeOf(client.startDaemon(master))).toBe('EEXIST');
  });
});

describe('the whole table', () => {
  it('is read with everything, as the kernel and ipvsadm know it', async () => {
    await client.addService({ ...WEB, scheduler: 'rr' });
    await client.addDestination(WEB, { address: '10.0.0.2', port: 80 });
    await client.addDestination(WEB, { address: '10.0.0.3', port: 80 });
    await client.startDaemon({ role: 'backup', interface: 'lo' });
    const { table, settled } = await client.readTable();
    expect(settled).toBe(true);
    const [, version, size] = /^IP Virtual Server version ([\d.]+) \(size=(\d+)\)/.exec(proc())!;
    expect(table).toMatchObject({
      info: { version, connectionTableSize: Number(size) },
      timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
      daemons: [{ role: 'backup', interface: 'lo' }],
      services: [
        { ...WEB, scheduler: 'rr', destinations: [{ address: '10.0.0.3' }, { address: '10.0.0.2' }] },
      ],
    });
  });

  it('is empty after a flush, but for timeouts and daemons', async () => {
    await client.addService(WEB);
    await client.setTimeouts({ tcp: 1000 });
    await client.flush();
    expect(await client.services()).toEqual([]);
    expect((await client.timeouts()).tcp).toBe(1000);
  });

  it('lists more than one datagram holds, each service once', async () => {
    const changes: Change[] = Array.from({ length: 1000 }, (_, n) => ({
      kind: 'add-service',
      service: { ...WEB, port: n + 1, scheduler: 'rr' },
    }));
    expect(await client.batch(changes)).toEqual([]);
    const ports = new Set((await client.services()).map((service) => ('port' in service ? service.port : 0)));
    expect(ports.size).toBe(1000);
  });
});

describe('a batch', () => {
  it('does what can be done and names each change that cannot', async () => {
    const service = (port: number): Change => ({ kind: 'add-service', service: { ...WEB, port } });
    const failures = await client.batch([
      service(80),
      service(80),
      { kind: 'add-destination', service: WEB, destination: { address: '10.0.0.2', port: 80 } },
      { kind: 'delete-service', service: { ...WEB, port: 99 } },
      service(81),
    ]);
    expect(failures.map(({ index, error }) => [index, error.code])).toEqual([
      [1, 'EEXIST'],
      [3, 'ESRCH'],
    ]);
    expect(failures[0]!.change).toEqual(service(80));
    expect(await client.services()).toHaveLength(2);
    expect(await client.destinations(WEB)).toHaveLength(1);
  });

  it('survives thousands of refusals in a row', async () => {
    const absent: Change[] = Array.from({ length: 5000 }, (_, n) => ({
      kind: 'delete-service',
      service: { ...WEB, port: n + 1 },
    }));
    const failures = await client.batch(absent);
    expect(failures).toHaveLength(5000);
    expect(failures.every(({ index, change }) => change === absent[index])).toBe(true);
  });
});

describe('counters', () => {
  it('are zeroed, of one service and of all', async () => {
    await client.addService(WEB);
    await client.zero(WEB);
    await client.zero();
    expect((await client.service(WEB)).counters).toMatchObject({ connections: 0n, width: 64 });
  });
});
