import type { TableContent } from '../settings/doors.ts';
import { TABLE } from '../settings/nft-table.ts';
import { readContent } from './fullnat-content.ts';
import { openNft } from './nft.ts';

/** Our nftables table. Each method rejects with an NftError. */
export interface FullnatTable {
  /** What is in it now, or `undefined` without one. */
  read(): Promise<TableContent | undefined>;
  /** Puts commands in nft's language through, all or none. */
  apply(commands: string): Promise<void>;
}

/** Looks at the table once, and again after a change of its own: nobody else changes it meanwhile (there is a lock). */
export function openFullnatTable(): FullnatTable {
  const nft = openNft();
  let known: { readonly content: TableContent | undefined } | undefined;
  return {
    async read() {
      if (!known) {
        const objects = await nft.listTable(TABLE);
        known = { content: objects && readContent(objects) };
      }
      return known.content;
    },
    async apply(commands) {
      known = undefined;
      await nft.apply(commands);
    },
  };
}
