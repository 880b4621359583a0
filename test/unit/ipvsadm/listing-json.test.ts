import { describe, expect, it } from 'vitest';
import { formatJson } from '../../../src/ipvsadm/listing/json-text.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import type { ServiceTable } from '../../../src/model/table.ts';
import { parse } from '../../../src/syntax/ipvsadm/parse.ts';
import { fakeKernel, fakeWorld } from '../fake-world.ts';

const LARGE = 2n ** 64n - 1n;
const counters = {
  connections: LARGE,
  incomingPackets: 1n,
  outgoingPackets: 2n,
  incomingBytes: 3n,
  outgoingBytes: 4n,
  connectionRate: 5n,
  incomingPacketRate: 6n,
  outgoingPacketRate: 7n,
  incomingByteRate: 8n,
  outgoingByteRate: 9n,
  width: 64,
} as const;
const service: ServiceTable = {
  fwmark: 7,
  family: 'inet',
  scheduler: 'wlc',
  schedulerFlags: [],
  persistenceTimeout: 0,
  persistenceMask: '255.255.255.255',
  persistenceEngine: '',
  onePacket: false,
  counters,
  destinations: [],
};

async function run(words: string[], programName = 'lvsadm') {
  const connections = 'Pro\nTCP 0A010002 C000 0A000001 0050 0A00000B 0050 ESTABLISHED 899\n';
  const kernel = {
    ...fakeKernel(),
    services: async () => [service],
  };
  const world = fakeWorld({
    programName,
    openKernel: async () => kernel,
    readConnections: async () => connections,
  });
  const code = await runIpvsadm(words, world);
  return { code, out: world.stdoutText, err: world.stderrText };
}

describe('option --json', () => {
  it('gives the table in one shape for every view, with counters in full', async () => {
    const plain = await run(['-L', '--json']);
    expect(plain.code).toBe(0);
    expect(plain.out).toContain('"connections": 18446744073709551615,');
    expect(JSON.parse(plain.out)).toMatchObject({
      version: '1.2.1',
      connectionTableSize: 4096,
      services: [
        { fwmark: 7, family: 'inet', protocol: null, counters: { outgoingByteRate: 9 }, destinations: [] },
      ],
    });
    for (const view of [
      '--stats',
      '--rate',
      '--thresholds',
      '--persistent-conn',
      '--tun-info',
      '-n',
      '-X',
      '--nosort',
    ]) {
      expect(await run(['-L', view, '--json'])).toEqual(plain);
    }
  });

  it('gives connections, timeouts and sync daemons', async () => {
    expect(JSON.parse((await run(['-L', '-c', '--json'])).out)).toEqual({
      connections: [
        {
          protocol: 'tcp',
          client: { address: '10.1.0.2', port: 49152 },
          virtual: { address: '10.0.0.1', port: 80 },
          destination: { address: '10.0.0.11', port: 80 },
          state: 'ESTABLISHED',
          secondsLeft: 899,
          engine: null,
        },
      ],
    });
    expect(JSON.parse((await run(['-L', '--timeout', '--json'])).out)).toEqual({
      timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
    });
    expect(JSON.parse((await run(['-L', '--daemon', '--json'])).out)).toEqual({ daemons: [] });
  });

  it('is refused with what is no listing, and unknown to ipvsadm', async () => {
    expect(await run(['-C', '--json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Illegal 'json' option"),
    });
    const world = {
      programName: 'ipvsadm',
      posix: false,
      ownOptions: false,
      hosts: new Map(),
      servicePort: () => undefined,
    };
    expect(parse(['-L', '--json'], world)).toMatchObject({ kind: 'refusal', cause: 'option' });
    expect((await run(['-L', '--json'], 'ipvsadm')).code).toBe(255);
  });
});

describe('JSON with whole numbers of any size', () => {
  it('is what JSON.stringify writes, where that can', () => {
    const value = { a: [], b: {}, c: [1, 'x"\n', null, true], d: { e: [{ f: -1 }] } };
    expect(formatJson(value)).toBe(`${JSON.stringify(value, undefined, 2)}\n`);
  });

  it('does not take a text for a number', () => {
    expect(formatJson({ a: 10n ** 20n, b: '1n' })).toBe('{\n  "a": 100000000000000000000,\n  "b": "1n"\n}\n');
  });
});
