import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKOUT, lab } from './lab.ts';

/**
 * Which kernel is taken is seen by what is said of it: one in the cache that is none is refused by its name. Root's is
 * a copy in the checkout.
 */

let home: string;
const copies: string[] = [];
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lab-choice-'));
  chmodSync(home, 0o755);
});
afterAll(() => {
  for (const path of [home, ...copies]) rmSync(path, { recursive: true, force: true });
});

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const configuration = sha256(readFileSync(join(CHECKOUT, 'scripts/lab-kernel.d/config')));

/** A cache with one kernel, which is a program that is no kernel, made of these inputs. */
function cacheOf(name: string, inputs: string, folder = sha256(inputs)): NodeJS.ProcessEnv {
  const place = join(home, name, 'lvsadm/lab-kernel', folder);
  mkdirSync(join(place, 'modules'), { recursive: true });
  writeFileSync(join(place, 'inputs'), inputs);
  writeFileSync(join(place, 'linux'), '#!/bin/sh\necho none\n', { mode: 0o755 });
  copies.push(join(CHECKOUT, '.cache/lab', `kernel-${folder}`));
  return { XDG_CACHE_HOME: join(home, name), LVSADM_LAB_KERNEL: '' };
}
const INPUTS = `config ${configuration}\nsource linux-source-6.1 1-test\n`;
const release = async (env: NodeJS.ProcessEnv, words: readonly string[] = []) => {
  const { code, stdout, stderr } = await lab([...words, 'uname', '-r'], { env });
  return { code, said: code === 0 ? stdout.toString() : stderr };
};
const BUILT = { code: 125, said: expect.stringMatching(/^lab: \S+\/linux is no User-Mode Linux\n$/) };
const DEBIAN = { code: 0, said: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) };

test('the built one where there is one, and Debian’s where it is asked for', async () => {
  const env = cacheOf('right', INPUTS);
  expect(await release(env)).toEqual(BUILT);
  expect(await release(env, ['--kernel', 'built'])).toEqual(BUILT);
  expect(await release(env, ['--kernel', 'debian'])).toEqual(DEBIAN);
  expect(await release({ ...env, LVSADM_LAB_KERNEL: 'debian' })).toEqual(DEBIAN);
});

test.each([
  ['of another configuration', `config ${sha256('')}\nsource linux-source-6.1 1-test\n`, undefined],
  ['under a checksum that is not that of its inputs', INPUTS, sha256('')],
])('not one %s', async (name, inputs, folder) => {
  const env = cacheOf(name, inputs, folder);
  expect(await release(env)).toEqual(DEBIAN);
  expect(await release(env, ['--kernel', 'built'])).toEqual({
    code: 125,
    said: 'lab: that kernel is not built yet: scripts/lab-kernel does it\n',
  });
});

test('Debian’s where none was built', async () => {
  expect(await release({ XDG_CACHE_HOME: join(home, 'empty'), LVSADM_LAB_KERNEL: '' })).toEqual(DEBIAN);
});
