import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Change } from '../../../src/model/change.ts';
import { formatEndpoint } from '../../../src/model/endpoint.ts';
import { formatServiceId } from '../../../src/model/service.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import { bundle } from '../forwarding/namespace.ts';
import { openEmpty, reset } from '../ipvs.ts';

let client: IpvsClient;
let program: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  client = await openEmpty();
  program = await bundle(new URL('churn.ts', import.meta.url));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await reset(client);
});
afterAll(() => client?.close());

const SERVICES = 2000;
const DESTINATIONS = 400;
/** What stays, as its key; the destinations are of the first service. */
const stableServices = Array.from({ length: SERVICES }, (_, n) => ({
  protocol: 'tcp' as const,
  address: '10.9.0.1',
  port: n + 1,
}));
const stableDestinations = Array.from({ length: DESTINATIONS }, (_, n) => ({
  address: '10.7.0.1',
  port: n + 1,
}));

async function fill(): Promise<void> {
  const changes: Change[] = [
    ...stableServices.map((service): Change => ({ kind: 'add-service', service })),
    ...stableDestinations.map(
      (destination): Change => ({ kind: 'add-destination', service: stableServices[0]!, destination }),
    ),
  ];
  expect(await client.batch(changes)).toEqual([]);
}

/** Another process that adds and deletes others beside them. */
async function churn(services: number, destinations: number): Promise<void> {
  const child = spawn(process.execPath, [program, String(services), String(destinations)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout!, 'data');
}

/** What of the stable things a listing has not exactly once. */
function faults(services: readonly ServiceTable[]): string[] {
  const destinations = services
    .filter((service) => formatServiceId(service) === formatServiceId(stableServices[0]!))
    .flatMap((service) => service.destinations);
  return [
    ...notOnce(stableServices.map(formatServiceId), services.map(formatServiceId)),
    ...notOnce(stableDestinations.map(formatEndpoint), destinations.map(formatEndpoint)),
  ];
}

function notOnce(wanted: readonly string[], listed: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const key of listed) counts.set(key, (counts.get(key) ?? 0) + 1);
  return wanted.flatMap((key) => (counts.get(key) === 1 ? [] : [`${key} ${counts.get(key) ?? 0} times`]));
}

describe('while another process adds and deletes', () => {
  it('a single listing skips or repeats what stays, and the kernel does not say so', async () => {
    await fill();
    await churn(3000, 300);
    let wrong = 0;
    for (let round = 0; round < 40 && wrong === 0; round++) wrong += faults(await client.tables()).length;
    expect(wrong).toBeGreaterThan(0);
  });

  it('the table is read with all that stays, once', async () => {
    await fill();
    await churn(3000, 300);
    for (let round = 0; round < 8; round++) {
      const { table, settled } = await client.readTable({ counters: round % 2 === 0 });
      expect(settled).toBe(false);
      expect(faults(table.services)).toEqual([]);
    }
  });

  it('one that changes seldom is read as it is', async () => {
    await fill();
    await churn(3000, 300);
    for (const child of children) child.kill('SIGSTOP');
    const { table, settled } = await client.readTable();
    expect(settled).toBe(true);
    expect(faults(table.services)).toEqual([]);
    expect(new Set(table.services.map(formatServiceId)).size).toBe(table.services.length);
  });
});
