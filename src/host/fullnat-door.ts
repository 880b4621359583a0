import type { Address } from '../model/address.ts';
import type { Setting } from '../model/setting.ts';
import { readContent, type TableContent } from './fullnat-content.ts';
import { additionText, removalText, TABLE } from './fullnat-table.ts';
import { applyNft, listTable } from './nft.ts';

type NftSetting = Extract<Setting, { kind: `nft-${string}` }>;

/** Our nftables table. Each method rejects with an NftError. */
export interface FullnatTable {
  /** What is in it now, or `undefined` without one. */
  read(): Promise<TableContent | undefined>;
  /** Puts a setting in, or takes it out, in one transaction. */
  change(setting: NftSetting, present: boolean): Promise<void>;
}

/** Looks at the table once, and again after a change of its own: nobody else changes it meanwhile (there is a lock). */
export function openFullnatTable(): FullnatTable {
  let known: Promise<TableContent | undefined> | undefined;
  const read = () => {
    known ??= listTable(TABLE).then((objects) => objects && readContent(objects));
    return known;
  };
  return {
    read,
    async change(setting, present) {
      const spare = setting.kind === 'nft-pool' ? spareAddresses(setting, present, await read()) : [];
      known = undefined;
      await applyNft((present ? additionText : removalText)(setting, spare));
    },
  };
}

/** Guarded addresses that no pool has once the setting is so. */
function spareAddresses(
  { mark, pool }: Extract<Setting, { kind: 'nft-pool' }>,
  present: boolean,
  content: TableContent | undefined,
): Address[] {
  const others = [...(content?.pools ?? [])].filter(([other]) => other !== mark).map(([, { pool }]) => pool);
  const needed = new Set((present ? [...others, pool] : others).flatMap(({ addresses }) => addresses));
  return [...(content?.guarded ?? [])].filter((address) => !needed.has(address));
}
