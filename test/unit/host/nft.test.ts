import { describe, expect, it } from 'vitest';
import { openNft } from '../../../src/host/nft.ts';

/** The door to a program that answers as an nft of this version, and has an empty table. */
function withNft(answer: string) {
  return openNft(async (_, [word]) => ({
    code: 0,
    stdout: word === '--version' ? `${answer}\n` : '{"nftables":[]}\n',
    stderr: '',
  }));
}

describe('nft', () => {
  it.each([
    'nftables v1.0.6 (Lester Gooch #5)',
    'nftables v1.0.9 (Old Doc Yak #3)',
    'nftables v1.1.3',
    'v2.0',
  ])('%s is new enough', async (answer) => {
    const nft = withNft(answer);
    expect(await nft.listTable('lvsadm')).toEqual([]);
    await nft.apply('');
  });

  it.each([
    ['nftables v1.0.5 (Lester Gooch #4)', '1.0.5'],
    ['nftables v0.9.8 (E.D.S.)', '0.9.8'],
    ['nftables v1.0', '1.0.0'],
    ['nftables', 'of an unknown version'],
  ])('%s is neither asked nor told anything', async (answer, version) => {
    const nft = withNft(answer);
    const says = `nft is ${version}; FULLNAT needs 1.0.6 or later: install a newer package nftables`;
    await expect(nft.listTable('lvsadm')).rejects.toThrow(says);
    await expect(nft.apply('')).rejects.toThrow(says);
  });
});
