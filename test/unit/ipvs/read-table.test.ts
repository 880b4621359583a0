import { describe, expect, it } from 'vitest';
import { IpvsError } from '../../../src/ipvs/errors.ts';
import { type Readable, readTable } from '../../../src/ipvs/read-table.ts';
import { NO_COUNTERS } from '../../../src/model/counters.ts';
import { formatEndpoint } from '../../../src/model/endpoint.ts';
import { formatServiceId } from '../../../src/model/service.ts';
import type { ServiceTable, Table } from '../../../src/model/table.ts';
import { NetlinkError } from '../../../src/netlink/errors.ts';
import { defaultServiceSettings } from '../../../src/plan/table/wanted.ts';

type Destination = ServiceTable['destinations'][number];

const destination = (address: string, more: Partial<Destination> = {}): Destination => ({
  address,
  port: 80,
  forwarding: 'direct',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: NO_COUNTERS,
  ...more,
});

function service(port: number, destinations: readonly Destination[] = [], scheduler = 'wlc'): ServiceTable {
  const id = { protocol: 'tcp', address: '10.0.0.1', port } as const;
  return { ...id, ...defaultServiceSettings(id), scheduler, counters: NO_COUNTERS, destinations };
}

const timeouts: Table['timeouts'] = { tcp: 900, tcpFin: 120, udp: 300 };

/** A kernel whose listings go wrong as they do: each call of `tables` gives the next of these, the last for ever. */
function kernelWith(listings: readonly (readonly ServiceTable[])[], present = listings.at(-1)!) {
  const asked: string[] = [];
  let reading = 0;
  const find = (id: Parameters<typeof formatServiceId>[0]) =>
    present.find((item) => formatServiceId(item) === formatServiceId(id));
  const kernel: Readable = {
    info: async () => ({ version: '1.2.1', connectionTableSize: 4096 }),
    timeouts: async () => timeouts,
    daemons: async () => [],
    tables: async ({ counters } = {}) => {
      asked.push(counters === false ? 'tables without counters' : 'tables');
      return [...listings[Math.min(reading++, listings.length - 1)]!];
    },
    async service(id) {
      asked.push(`service ${formatServiceId(id)}`);
      const found = find(id);
      if (found) return found;
      throw new IpvsError(
        { kind: 'get-service', service: id },
        new NetlinkError('refused', 'no', { errno: 3 }),
      );
    },
    async eachTable(services, visit) {
      for (const item of services) {
        asked.push(`destinations of ${formatServiceId(item)}`);
        visit({ ...item, destinations: find(item)?.destinations ?? [] });
      }
    },
  };
  return { kernel, asked };
}

/** As `tcp 10.0.0.1:80 > 10.1.0.1:80, 10.1.0.2:80`. */
const written = ({ services }: Table) =>
  services.map((item) => `${formatServiceId(item)} > ${item.destinations.map(formatEndpoint).join(', ')}`);

describe('a table that nobody changes', () => {
  it('is read twice, with its counters once', async () => {
    const { kernel, asked } = kernelWith([[service(80, [destination('10.1.0.1')])]]);
    const { table, settled } = await readTable(kernel);
    expect(settled).toBe(true);
    expect(table).toEqual({
      info: { version: '1.2.1', connectionTableSize: 4096 },
      timeouts,
      daemons: [],
      services: [service(80, [destination('10.1.0.1')])],
    });
    expect(asked).toEqual(['tables without counters', 'tables']);
  });

  it('is read without counters for who wants none', async () => {
    const { kernel, asked } = kernelWith([[]]);
    await readTable(kernel, { counters: false });
    expect(asked).toEqual(['tables without counters', 'tables without counters']);
  });

  it('is the same however its connections come and go, and in whatever order it is listed', async () => {
    const [a, b] = [destination('10.1.0.1'), destination('10.1.0.2')];
    const busy = { ...b, activeConnections: 7, counters: { ...NO_COUNTERS, connections: 9n } };
    const { kernel, asked } = kernelWith([
      [service(80, [a, b]), service(81)],
      [service(81), service(80, [busy, a])],
    ]);
    const { table, settled } = await readTable(kernel);
    expect(settled).toBe(true);
    expect(table.services[1]!.destinations[0]).toEqual(busy);
    expect(asked).toHaveLength(2);
  });
});

describe('a table that is changed meanwhile', () => {
  const full = [service(80, [destination('10.1.0.1')]), service(81), service(82)];

  it.each([
    ['a service that was skipped', [full[0]!, full[2]!]],
    ['a destination that was skipped', [service(80), full[1]!, full[2]!]],
    ['another scheduler', [service(80, [destination('10.1.0.1')], 'rr'), full[1]!, full[2]!]],
    ['another weight', [service(80, [destination('10.1.0.1', { weight: 2 })]), full[1]!, full[2]!]],
    [
      'another tunnel',
      [
        service(80, [destination('10.1.0.1', { tunnel: { type: 'gre', port: 0, checksum: 'none' } })]),
        ...full.slice(1),
      ],
    ],
    ['a service more', [...full, service(83)]],
  ])('is read until two readings agree: %s', async (_, first) => {
    const { kernel, asked } = kernelWith([first, full]);
    const { table, settled } = await readTable(kernel);
    expect(settled).toBe(true);
    expect(table.services).toEqual(full);
    expect(asked).toHaveLength(3);
  });

  it('has nothing twice', async () => {
    const [a, b] = [destination('10.1.0.1'), destination('10.1.0.2')];
    const repeated = [service(80, [a, b, a]), service(81), service(80, [a, b, a])];
    const { table, settled } = await readTable(kernelWith([repeated]).kernel);
    expect(settled).toBe(true);
    expect(written(table)).toEqual(['tcp 10.0.0.1:80 > 10.1.0.1:80, 10.1.0.2:80', 'tcp 10.0.0.1:81 > ']);
  });

  it('takes timeouts that were changed for a change', async () => {
    const { kernel } = kernelWith([full]);
    let asked = 0;
    kernel.timeouts = async () => ({ ...timeouts, tcp: asked++ === 0 ? 900 : 60 });
    const { table, settled } = await readTable(kernel);
    expect(settled).toBe(true);
    expect(table.timeouts.tcp).toBe(60);
    expect(asked).toBe(3);
  });
});

describe('a table that never comes to rest', () => {
  const [a, b] = [destination('10.1.0.1'), destination('10.1.0.2')];
  /** Five readings, no two in a row alike; in the last one, port 80 is skipped, and a destination of 81. */
  const restless = [
    [service(80, [a]), service(81, [a, b]), service(90)],
    [service(80, [a]), service(81, [b]), service(91)],
    [service(80, [a]), service(81, [a, b]), service(92)],
    [service(80, [a]), service(81, [a]), service(93)],
    [service(81, [b]), service(94)],
  ];

  it('says so, and has what is there and was skipped, but not what is gone', async () => {
    const present = [service(80, [a]), service(81, [a, b]), service(94)];
    const { kernel, asked } = kernelWith(restless, present);
    const { table, settled } = await readTable(kernel);
    expect(settled).toBe(false);
    expect(asked.filter((item) => item.startsWith('tables'))).toHaveLength(5);
    expect(written(table).toSorted()).toEqual([
      'tcp 10.0.0.1:80 > 10.1.0.1:80',
      'tcp 10.0.0.1:81 > 10.1.0.1:80, 10.1.0.2:80',
      'tcp 10.0.0.1:94 > ',
    ]);
  });

  it('leaves out a destination that cannot be found again, and a service that went while it was listed', async () => {
    const present = [service(81, [b])];
    const { table } = await readTable(kernelWith(restless, present).kernel);
    expect(written(table).toSorted()).toEqual(['tcp 10.0.0.1:81 > 10.1.0.2:80', 'tcp 10.0.0.1:94 > ']);
  });
});
