import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildMachine, HOST, journals, type TestMachine } from '../kernel/forwarding/machine.ts';

// Without the program that FULLNAT is made with, and with one that is too old.

const SERVICE = '-t 10.0.0.100:80';
const ENABLE = `fullnat enable ${SERVICE} --local-address 10.0.0.200 --take-over`;

let machine: TestMachine;
let folder: string;
beforeAll(async () => {
  machine = await buildMachine();
  folder = mkdtempSync(join(tmpdir(), 'lvsadm-nft-'));
});
afterAll(() => {
  machine?.close();
  rmSync(folder, { recursive: true });
});

/** Runs lvsadm in the host, by a script that prepares what it sees of the file system. */
function lvsadm(prepare: string, text: string) {
  const words = [process.execPath, machine.victim, '0', 'before', ...text.split(' ')];
  const script = ['unshare', '--mount', 'sh', '-ec', `${prepare}; exec "$@"`, 'sh', ...words];
  const { status, stdout, stderr } = spawnSync('ip', ['netns', 'exec', HOST, ...script], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Where the program is, which is looked for in the folders of the system, whatever PATH says. */
const NFT = execFileSync('sh', ['-c', 'readlink -f "$(command -v nft)"'], { encoding: 'utf8' }).trim();

/** Puts a layer over the program's folder, in which it can be changed. */
function withLayer(change: string): string {
  const place = dirname(NFT);
  const layers = join(folder, 'layers');
  return [
    `mount -t tmpfs layers ${folder}`,
    `mkdir -p ${layers}/upper ${layers}/work`,
    `mount -t overlay -o lowerdir=${place},upperdir=${layers}/upper,workdir=${layers}/work overlay ${place}`,
    change,
  ].join('; ');
}

const withoutNft = () => withLayer(`rm ${NFT}`);

const withOldNft = () =>
  withLayer(
    `rm ${NFT}; printf '#!/bin/sh\\necho "nftables v1.0.2 (Lester Gooch)"\\n' >${NFT}; chmod 755 ${NFT}`,
  );

const ABSENT = 'FULLNAT needs the program nft; install package nftables\n';
const OLD = 'nft is 1.0.2; FULLNAT needs 1.0.6 or later: install a newer package nftables\n';

describe.each([
  ['no nft', withoutNft, ABSENT],
  ['an old nft', withOldNft, OLD],
])('%s', (_, prepare, says) => {
  it('enable says which package to install, in one line, and changes nothing', async () => {
    for (const words of [ENABLE, `${ENABLE} --dry-run`, `${ENABLE} --json`]) {
      expect(lvsadm(prepare(), words), words).toEqual({
        status: 1,
        stdout: '',
        stderr: `lvsadm fullnat enable: ${says}`,
      });
      expect(await machine.host.dump()).toEqual(machine.before);
      expect(journals()).toEqual([]);
    }
  });

  it('so do status and disable, when it is gone after enable; with it again, disable undoes all', async () => {
    await machine.host.lvsadm(ENABLE);
    const enabled = await machine.host.dump();
    expect(enabled).not.toEqual(machine.before);
    for (const word of ['status', 'list', 'disable']) {
      expect(lvsadm(prepare(), `fullnat ${word}`), word).toEqual({
        status: 1,
        stdout: '',
        stderr: `lvsadm fullnat ${word}: ${says}`,
      });
      expect(await machine.host.dump()).toEqual(enabled);
    }
    await machine.host.lvsadm('fullnat disable');
    expect(await machine.host.dump()).toEqual(machine.before);
  });

  it('what has nothing to do with FULLNAT does without it', () => {
    expect(lvsadm(prepare(), 'director up --mode nat --vip 10.0.0.100 --device e0 --dry-run')).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
