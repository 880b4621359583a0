import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nftState, readContent } from '../../../src/host/fullnat-content.ts';
import { additionText, removalText } from '../../../src/host/fullnat-table.ts';
import type { FirewallObject } from '../../../src/model/facts.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { ServiceId } from '../../../src/model/service.ts';

/** What `nft -j list table inet lvsadm` of 1.0.6 printed after the texts of these three services had been carried out. */
const file = new URL('captured/fullnat-table.json', import.meta.url);
const { nftables } = JSON.parse(readFileSync(file, 'utf8')) as { nftables: FirewallObject[] };

const SERVICES: readonly [ServiceId, number, Pool][] = [
  [
    { protocol: 'tcp', address: '10.0.0.100', port: 80 },
    0x4c000001,
    { addresses: ['10.2.0.200', '10.2.0.201', '10.2.0.210'] },
  ],
  [
    { protocol: 'udp', address: 'fd00::100', port: 53 },
    0x4c000002,
    { addresses: ['fd02::200'], ports: { first: 5001, last: 5010 } },
  ],
  [{ fwmark: 7, family: 'inet' }, 0x4c000003, { addresses: ['10.2.0.200'] }],
];

describe('the table', () => {
  const content = readContent(nftables);

  it('is read back as it was written', () => {
    expect(nftState({ kind: 'nft-table' }, content)).toEqual({ value: 'present' });
    for (const [service, mark, pool] of SERVICES) {
      expect(nftState({ kind: 'nft-service', service, mark }, content)).toEqual({ value: 'on' });
      expect(content.pools.get(mark)?.pool).toEqual(pool);
    }
    expect([...content.guarded].sort()).toEqual(['10.2.0.200', '10.2.0.201', '10.2.0.210', 'fd02::200']);
  });

  it('is not ours, or damaged, when a rule of it is missing', () => {
    const flushed = nftables.filter(({ rule }) => rule?.chain !== 'guard');
    expect(nftState({ kind: 'nft-table' }, readContent(flushed)).value).toBe('not as lvsadm makes it');
    expect(nftState({ kind: 'nft-table' }, undefined).value).toBe('absent');
  });

  it('tells of a mark that another service has, and of a guard that is gone', () => {
    const [[service, mark, pool]] = SERVICES as [(typeof SERVICES)[0]];
    const other = { ...service, port: 81 };
    expect(nftState({ kind: 'nft-pool', service: other, mark, pool }, content).value).toBe(
      'for tcp 10.0.0.100:80',
    );
    const unguarded = { ...content, guarded: new Set<string>() };
    expect(nftState({ kind: 'nft-pool', service, mark, pool }, unguarded).value).toBe(
      '10.2.0.200-10.2.0.201,10.2.0.210, unguarded',
    );
  });

  it('loses the guard of addresses that no pool has any more, in the same transaction', () => {
    const [[service, mark, pool]] = SERVICES as [(typeof SERVICES)[0]];
    expect(removalText({ kind: 'nft-pool', service, mark, pool }, ['10.2.0.201'])).toBe(
      [
        'delete element inet lvsadm local4 { 10.2.0.201 }',
        'delete element inet lvsadm pools { 1275068417 }',
        'flush chain inet lvsadm pool-4c000001',
        'delete chain inet lvsadm pool-4c000001\n',
      ].join('\n'),
    );
  });

  it('chooses local addresses without chance', () => {
    for (const [service, mark, pool] of SERVICES) {
      const text = additionText({ kind: 'nft-pool', service, mark, pool }, []);
      expect(text).not.toMatch(/random/);
      expect(text.includes('jhash')).toBe(pool.addresses.length > 1);
      if (text.includes('jhash')) expect(text).toContain('seed 1 ');
    }
  });
});
