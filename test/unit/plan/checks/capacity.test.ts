import { expect, it } from 'vitest';
import { facts, found, service, table } from './facts.ts';

const WEB = { protocol: 'tcp', address: '10.0.0.100', port: 80 } as const;

it('a connection table is small for four connections to a bucket, before Linux 7.1', () => {
  const of = (activeConnections: number, inactiveConnections: number, kernel = '6.1.0') =>
    found(
      facts({
        kernel,
        table: table([
          service(WEB, { address: '10.0.0.12', port: 80, activeConnections, inactiveConnections }),
        ]),
      }),
    );
  expect(of(4 * 4096, 0)).toEqual([]);
  expect(of(4 * 4096, 1)).toEqual(['warning connection-table-small: connection table']);
  expect(of(4 * 4096, 1, '7.0.9')).toHaveLength(1);
  expect(of(4 * 4096, 1, '7.1.0')).toEqual([]);
});

it('a table of tracked connections is nearly full at four fifths', () => {
  const of = (count: string, max: string) =>
    found(
      facts({
        settings: { 'net/netfilter/nf_conntrack_count': count, 'net/netfilter/nf_conntrack_max': max },
      }),
    );
  expect(of('79', '100')).toEqual([]);
  expect(of('80', '100')).toEqual(['warning tracking-table-full: net.netfilter.nf_conntrack_max']);
  expect(of('0', '0')).toEqual([]);
});
