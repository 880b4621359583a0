import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT, find, UNPACKED } from './packages.js';

/** Folders of the guest that hide the host's of the same name; what must be seen below them is put back by bind mounts. */
const FRESH = ['/run', '/tmp'];
const HOST = '/run/lab/host';
const OUT = '/run/lab/out';
const HOME = '/run/lab/home';

/** What must not come along from the host: it names places that are not writable, or not there, in the guest. */
const LEFT_OUT =
  /^(HOME|PWD|OLDPWD|SHLVL|_|USER|LOGNAME|MAIL|TMPDIR|TMP|TEMP|XDG_\w+|DBUS_\w+|SSH_\w+|DISPLAY|PATH|LAB_OUT)$/;

/**
 * A folder for one run, which the guest's user owns: what the guest is told (its mounts, the command, the environment),
 * its results, the files of the User-Mode Linux itself. Gone after the run.
 */
export function makeWorld({ user, kernel, argv, environment, cwd, stdin, hiddenPath }) {
  const folder = mkdtempSync(join(/\s/.test(tmpdir()) ? '/tmp' : tmpdir(), 'lvsadm-lab-'));
  const place = (name) => join(folder, name);
  mkdirSync(place('uml'));
  mkdirSync(place('out'));
  mkdirSync(place('usr/lib'), { recursive: true });
  mkdirSync(place('dev'));
  symlinkSync('/proc/self/fd', place('dev/fd'));
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries())
    symlinkSync(`/proc/self/fd/${fd}`, place(`dev/${name}`));
  copyFileSync(join(CHECKOUT, 'scripts/lab-guest/init'), place('init'));
  if (kernel.modules) symlinkSync(visible(kernel.modules), place('usr/lib/modules'));
  writeFileSync(
    place('fstab'),
    fstab(folder, [CHECKOUT, cwd, process.execPath, ...(kernel.modules ? [kernel.modules] : [])]),
  );
  writeFileSync(place('argv'), nulTerminated(argv));
  writeFileSync(place('environ'), nulTerminated(guestEnvironment(environment, hiddenPath)));
  writeFileSync(place('settings'), settings({ stdin, cwd, modules: kernel.modules, kmod: find('bin/kmod') }));
  chmodSync(place('init'), 0o755);
  for (const name of ['uml', 'out', '.']) chownSync(place(name), user.uid, user.gid);
  return { folder, out: place('out'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Room for the guest's memory, which is a file: tmpfs if it is large enough and not mounted noexec. */
export function memoryFolder(mem) {
  const bytes = Number.parseInt(mem, 10) * (mem.endsWith('G') ? 2 ** 30 : 2 ** 20);
  const room = statfsSync('/dev/shm', { throwIfNoEntry: false });
  return room && room.bavail * room.bsize >= bytes ? '/dev/shm' : '/tmp';
}

const nulTerminated = (parts) => Buffer.concat(parts.flatMap((part) => [part, Buffer.of(0)]));

function guestEnvironment(environment, hiddenPath) {
  const kept = environment.filter((pair) => !LEFT_OUT.test(pair.toString('latin1').split('=', 1)[0]));
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((folder) => folder.startsWith('/') && !hiddenPath.includes(folder));
  for (const folder of ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']) {
    if (!path.includes(folder)) path.push(folder);
  }
  const own = [`PATH=${path.join(':')}`, `HOME=${HOME}`, 'USER=root', 'LOGNAME=root', `LAB_OUT=${OUT}`];
  return [...kept, ...own.map((pair) => Buffer.from(pair))];
}

/** The guest's view of a path of the host. */
const visible = (path) => (FRESH.some((fresh) => isBelow(path, fresh)) ? HOST + path : path);

function fstab(folder, wanted) {
  const below = wanted.filter((path) => FRESH.some((fresh) => isBelow(path, fresh)));
  const layers = [join(folder, 'usr'), join(UNPACKED, 'usr'), '/usr'].filter((layer) => existsSync(layer));
  const lines = [
    ['proc', '/proc', 'proc', 'defaults'],
    ['sys', '/sys', 'sysfs', 'defaults'],
    ['run', '/run', 'tmpfs', 'mode=755'],
    ['/', HOST, 'none', 'bind,X-mount.mkdir'],
    ['usr', '/usr', 'overlay', `lowerdir=${layers.join(':')}`],
    ['devpts', '/dev/pts', 'devpts', 'ptmxmode=666,X-mount.mkdir'],
    ['shm', '/dev/shm', 'tmpfs', 'mode=1777,X-mount.mkdir'],
    ['out', OUT, 'hostfs', `${join(folder, 'out')},X-mount.mkdir`],
    ['home', HOME, 'tmpfs', 'mode=700,X-mount.mkdir'],
    ['tmp', '/tmp', 'tmpfs', 'mode=1777'],
    ...[...new Set(below)].map((path) => [HOST + path, path, 'none', 'bind,X-mount.mkdir']),
  ];
  return lines.map((line) => `${line.map(escapeField).join(' ')}\n`).join('');
}

const isBelow = (path, parent) => path.startsWith(`${parent}/`);

const escapeField = (text) =>
  text.replace(/[\s\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** Shell assignments for the guest's init. */
const settings = (values) =>
  Object.entries(values)
    .map(([name, value = '']) => `${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
