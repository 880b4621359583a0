import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Copies what the command left in its results folder to one of the caller, who may be root where the guest was nobody:
 * nothing but files, folders and links comes along, and no owner, no setuid bit.
 */
export function copyResults(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const stat = lstatSync(source);
    if (stat.isDirectory()) {
      chmodSync(source, 0o700);
      if (!lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) rmSync(target, { force: true });
      copyResults(source, target);
    } else if (stat.isFile()) {
      chmodSync(source, (stat.mode & 0o777) | 0o600); // before copying, which takes the mode along
      rmSync(target, { force: true, recursive: true });
      copyFileSync(source, target);
      chownSync(target, process.getuid(), process.getgid()); // some versions of Node copy the owner too
    } else if (stat.isSymbolicLink()) {
      rmSync(target, { force: true, recursive: true });
      symlinkSync(readlinkSync(source), target);
    }
  }
}
