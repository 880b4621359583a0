import { lstat, mkdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { knownByName } from '../model/known-by-name.ts';

/** A link in an image that leads out of it: one sentence. */
export class OutsideRoot extends Error {
  override readonly name = 'OutsideRoot';
  static override readonly [Symbol.hasInstance] = knownByName('OutsideRoot');
}

/**
 * The path of `folder` below `root`, as far as it is there with its links followed. Rejects with an OutsideRoot when a
 * link on the way leads out of the root: what is written there would be this host's, and not the image's.
 */
export async function insideRoot(root: string, folder: string): Promise<string> {
  await mkdir(root, { recursive: true });
  const top = await realpath(root);
  const base = top === sep ? sep : `${top}${sep}`;
  let path = root;
  for (const part of folder.split('/')) {
    path = join(path, part);
    const entry = await lstat(path).catch(() => undefined);
    if (!entry?.isSymbolicLink()) continue;
    const target = await realpath(path).catch(() => undefined);
    if (target === undefined || !`${target}${sep}`.startsWith(base)) {
      throw new OutsideRoot(
        `${path} is a link that leads out of ${root}${target === undefined ? ' or to nowhere' : `, to ${target}`}: nothing was written; make it a folder of the image`,
      );
    }
    path = target;
  }
  return path;
}
