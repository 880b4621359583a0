import { spawnSync } from 'node:child_process';
import { LabFailure } from './failure.js';

/** The user `nobody`, by number: the name may be missing, the number is the same everywhere. */
const NOBODY = 65534;

/**
 * Who the guest is outside: a User-Mode Linux run as root could remount the host's file system writable, so root steps
 * down to nobody first. `prefix` are the words to put before a command so that it runs as that user.
 */
export function guestUser() {
  const isRoot = process.getuid() === 0;
  const stepDown = isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const prefix = ['setpriv', ...stepDown, '--no-new-privs', '--'];
  const { error, status, stderr } = spawnSync(prefix[0], [...prefix.slice(1), 'true'], { encoding: 'utf8' });
  if (error?.code === 'ENOENT') throw new LabFailure('setpriv is missing (Debian package util-linux)');
  if (error || status !== 0) throw new LabFailure(`cannot step down to an ordinary user: ${stderr || error}`);
  return isRoot
    ? { uid: NOBODY, gid: NOBODY, name: 'nobody', prefix }
    : { uid: process.getuid(), gid: process.getgid(), name: 'you', prefix };
}

/** Those of these paths that exist here but that the guest's user cannot read (a folder: enter). */
export function unreadable(user, paths) {
  const test =
    'for path; do if [[ -d $path ]]; then [[ -x $path && -r $path ]]; else [[ -r $path ]]; fi || printf "%s\\0" "$path"; done';
  const [program, ...words] = [...user.prefix, 'bash', '-c', test, 'bash', ...paths];
  const { stdout } = spawnSync(program, words, { cwd: '/', encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}
