import { describe, expect, test } from 'vitest';
import { NUMERIC } from '../../../src/ipvsadm/listing/names.ts';
import { renderDaemons, renderTimeouts } from '../../../src/ipvsadm/listing/settings.ts';
import { NO_COUNTERS } from '../../../src/model/counters.ts';
import type { Names } from '../../../src/process/world.ts';
import type { ListingStyle } from '../../../src/syntax/ipvsadm/command.ts';
import { captured, destination, INFO, PORTS_ONLY, SERVICES, service } from './captured.ts';
import { renderTable } from './table-text.ts';

const STYLE: ListingStyle = { view: 'plain', numeric: true, exact: false, sorted: true };
const TABLE = { info: INFO, services: SERVICES };

describe('the whole table', () => {
  test.each(['plain', 'stats', 'rate', 'thresholds', 'persistent', 'tunnel'] as const)('%s', (view) => {
    expect(renderTable(TABLE, { ...STYLE, view }, PORTS_ONLY)).toBe(captured(view));
  });

  test("in the kernel's order", () => {
    expect(renderTable(TABLE, { ...STYLE, sorted: false }, NUMERIC)).toBe(captured('unsorted'));
  });

  test('with names, which marks have none of', () => {
    expect(renderTable(TABLE, { ...STYLE, numeric: false }, PORTS_ONLY)).toBe(captured('names'));
  });
});

test('one service has no version line', () => {
  const services = SERVICES.filter((it) => 'port' in it && it.port === 80);
  expect(renderTable({ services }, STYLE, NUMERIC)).toBe(captured('one-service'));
});

describe('counters', () => {
  const COUNTERS = {
    ...NO_COUNTERS,
    connections: 99_999_999n,
    incomingPackets: 100_000_000n,
    outgoingPackets: 1_999_999_999n,
    incomingBytes: 100_000_000_000n,
    outgoingBytes: 18_446_744_073_709_551_615n,
    connectionRate: 100_000_000n,
    incomingPacketRate: 999_999_999n,
    outgoingPacketRate: 4_294_967_295n,
    incomingByteRate: 9_007_199_254_740_993n,
    outgoingByteRate: 18_446_744_073_709_551_615n,
  };
  const busy = {
    ...service({ protocol: 'tcp', address: '10.0.0.1', port: 80 }),
    counters: COUNTERS,
    destinations: [{ ...destination({ address: '10.0.0.2', port: 80 }), counters: COUNTERS }],
  };
  const lines = (style: Partial<ListingStyle>) =>
    renderTable({ services: [busy] }, { ...STYLE, ...style }, NUMERIC)
      .split('\n')
      .slice(2, 4)
      .map((line) => line.slice(33));

  test('are abbreviated from nine digits on', () => {
    const numbers = ' 99999999  100000K    1999M     100G18446744T';
    expect(lines({ view: 'stats' })).toEqual([numbers, numbers]);
  });

  test('in full are as wide as they need', () => {
    const numbers = ' 99999999 100000000 1999999999 100000000000 18446744073709551615';
    expect(lines({ view: 'stats', exact: true })).toEqual([numbers, numbers]);
  });

  test("a destination's packet rates are never abbreviated", () => {
    expect(lines({ view: 'rate' })).toEqual([
      '  100000K  999999K    4294M    9007T18446744T',
      ' 100000000 999999999 4294967295    9007T18446744T',
    ]);
  });

  test("a destination's are whole, where ipvsadm keeps the low 32 bits", () => {
    const counters = { ...NO_COUNTERS, connections: 2n ** 32n + 5n };
    const services = [{ ...busy, destinations: [{ ...busy.destinations[0]!, counters }] }];
    const text = renderTable({ services }, { ...STYLE, view: 'stats', exact: true }, NUMERIC);
    expect(text.split('\n')[3]).toBe(
      '  -> 10.0.0.2:80                  4294967301        0        0        0        0',
    );
  });
});

describe('where ipvsadm is not followed', () => {
  test('marks of 2³¹ and more are positive', () => {
    const services = [service({ fwmark: 4_294_967_295, family: 'inet' })];
    expect(renderTable({ services }, STYLE, NUMERIC)).toContain('\nFWM  4294967295 wlc\n');
  });

  test('the third flag of sh is named', () => {
    const udp = { protocol: 'udp', address: '10.0.0.2', port: 53 } as const;
    const services = [service({ ...udp, scheduler: 'sh', schedulerFlags: ['flag-3'] })];
    expect(renderTable({ services }, STYLE, NUMERIC)).toContain('\nUDP  10.0.0.2:53 sh (flag-3)\n');
  });

  test('a long name keeps its end, and its port', () => {
    const name = 'a-very-long-real-server-name.rack17.datacenter.example.com';
    const names: Names = { host: () => name, port: () => 'http' };
    const services = [
      service({ protocol: 'tcp', address: '10.0.0.1', port: 80 }, [
        destination({ address: 'fd00::1', port: 80 }),
      ]),
    ];
    const lines = renderTable({ services }, { ...STYLE, numeric: false }, names).split('\n');
    expect(lines[2]).toBe(`TCP  ${name}:http wlc`);
    expect(lines[3]).toBe(`  -> [${name}]:http Route   1      0          0         `);
  });
});

test('a protocol that only foreign programs make services of', () => {
  const services = [service({ protocol: 'protocol-50', address: '10.0.0.2', port: 0 })];
  expect(renderTable({ services }, STYLE, NUMERIC)).toContain('\nPROTOCOL-50 10.0.0.2:0 wlc\n');
});

test('timeouts', () => {
  expect(renderTimeouts({ tcp: 900, tcpFin: 120, udp: 300 })).toBe('Timeout (tcp tcpfin udp): 900 120 300\n');
});

test('daemons: the master first, and only what the kernel reports', () => {
  const text = renderDaemons([
    { role: 'backup', interface: 'eth1', syncId: 0, maxLength: 0, port: 0 },
    { role: 'master', interface: 'lo', syncId: 9, maxLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 },
  ]);
  expect(text).toBe(
    'master sync daemon (mcast=lo, syncid=9, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n' +
      'backup sync daemon (mcast=eth1, syncid=0)\n',
  );
  expect(renderDaemons([])).toBe('');
});
