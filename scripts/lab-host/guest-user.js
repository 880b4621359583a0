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
  const { error, status, stderr } = spawnSync(prefix[0], [...prefix.slice(1), 'true'], {
    cwd: '/',
    encoding: 'utf8',
  });
  if (error?.code === 'ENOENT') throw new LabFailure('setpriv is missing (Debian package util-linux)');
  if (error || status !== 0) throw new LabFailure(`cannot step down to an ordinary user: ${stderr || error}`);
  return isRoot
    ? { uid: NOBODY, gid: NOBODY, name: 'nobody', prefix }
    : { uid: process.getuid(), gid: process.getgid(), name: 'you', prefix };
}

/**
 * The folders of PATH that the guest's user can read.
 * @param needed paths without which there is no lab (undefined ones are left out); throws if that user cannot read one
 */
export function readablePath(user, needed) {
  const path = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const hidden = unreadable(user, [...needed.filter(Boolean), ...path]);
  const closed = needed.find((one) => hidden.includes(one));
  if (closed)
    throw new LabFailure(
      `the guest runs as user ${user.name}, who cannot read ${closed} (chmod o+rx it, and the folders above it)`,
    );
  return path.filter((folder) => !hidden.includes(folder));
}

/** Those of these paths that the user cannot read (a folder: enter), or that do not exist. */
function unreadable(user, paths) {
  const test = 'for path; do [[ -r $path && ( ! -d $path || -x $path ) ]] || printf "%s\\0" "$path"; done';
  const [program, ...words] = [...user.prefix, 'bash', '-c', test, 'bash', ...paths];
  const { status, stdout, stderr } = spawnSync(program, words, { cwd: '/', encoding: 'utf8' });
  if (status !== 0) throw new LabFailure(`cannot see what user ${user.name} can read: ${stderr}`);
  return stdout.split('\0').slice(0, -1);
}
