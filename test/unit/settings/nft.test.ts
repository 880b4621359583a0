import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readContent } from '../../../src/host/fullnat-content.ts';
import type { FirewallObject } from '../../../src/model/facts.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import type { Doors, TableContent } from '../../../src/settings/doors.ts';
import {
  putSetting,
  readSetting,
  type Setting,
  stateText,
  wantedState,
} from '../../../src/settings/index.ts';

/** What `nft -j list table inet lvsadm` of 1.0.6 printed after the texts of these three services had been carried out. */
const file = new URL('fullnat-table.json', import.meta.url);
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

/** Doors behind which there is such a table, and the commands that are put through. */
function doorsTo(content: TableContent | undefined) {
  const commands: string[] = [];
  const nft = { read: async () => content, apply: async (text: string) => void commands.push(text) };
  return { commands, doors: { nft } as unknown as Doors };
}

const textOf = async (setting: Setting, content: TableContent | undefined) =>
  stateText(setting, await readSetting(setting, doorsTo(content).doors));

describe('the table', () => {
  const content = readContent(nftables);

  it('is read back as it was written', async () => {
    expect(await textOf({ kind: 'nft-table' }, content)).toBe('present');
    for (const [service, mark, pool] of SERVICES) {
      expect(await textOf({ kind: 'nft-service', service, mark }, content)).toBe('on');
      expect(content.pools.get(mark)?.pool).toEqual(pool);
    }
    expect([...content.guarded].sort()).toEqual(['10.2.0.200', '10.2.0.201', '10.2.0.210', 'fd02::200']);
  });

  it('is not ours, or damaged, when a rule of it is missing', async () => {
    const flushed = nftables.filter(({ rule }) => rule?.chain !== 'guard');
    expect(await textOf({ kind: 'nft-table' }, readContent(flushed))).toBe('not as lvsadm makes it');
    expect(await textOf({ kind: 'nft-table' }, undefined)).toBe('absent');
  });

  it('tells of a mark that another service has, and of a guard that is gone', async () => {
    const [[service, mark, pool]] = SERVICES as [(typeof SERVICES)[0]];
    const other = { ...service, port: 81 };
    expect(await textOf({ kind: 'nft-pool', service: other, mark, pool }, content)).toBe(
      'for tcp 10.0.0.100:80',
    );
    const unguarded = { ...content, guarded: new Set<string>() };
    expect(await textOf({ kind: 'nft-pool', service, mark, pool }, unguarded)).toBe(
      '10.2.0.200-10.2.0.201,10.2.0.210, unguarded',
    );
  });

  it('loses the guard of addresses that no pool has any more, in the same transaction', async () => {
    const [[service, mark, pool]] = SERVICES as [(typeof SERVICES)[0]];
    const setting: Setting = { kind: 'nft-pool', service, mark, pool };
    const { commands, doors } = doorsTo({ ...content, guarded: new Set(['10.2.0.201']) });
    await putSetting(setting, { is: 'absent' }, doors);
    expect(commands).toEqual([
      [
        'delete element inet lvsadm local4 { 10.2.0.201 }',
        'delete element inet lvsadm pools { 1275068417 }',
        'flush chain inet lvsadm pool-4c000001',
        'delete chain inet lvsadm pool-4c000001\n',
      ].join('\n'),
    ]);
  });

  it('chooses local addresses without chance', async () => {
    for (const [service, mark, pool] of SERVICES) {
      const setting: Setting = { kind: 'nft-pool', service, mark, pool };
      const { commands, doors } = doorsTo(content);
      await putSetting(setting, wantedState(setting), doors);
      const [text = ''] = commands;
      expect(text).not.toMatch(/random/);
      expect(text.includes('jhash')).toBe(pool.addresses.length > 1);
      if (text.includes('jhash')) expect(text).toContain('seed 1 ');
    }
  });
});
