import {
  copyFileSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CHECKOUT, find, UNPACKED } from './packages.js';

/** Folders of the guest that hide the host's of the same name; what is needed from below them is mounted back. */
const FRESH = ['/run', '/tmp'];

/** Where the guest finds: the host's file system without anything mounted over it, results, its home. */
const HOST = '/run/lab/host';
const OUT = '/run/lab/out';
const HOME = '/run/lab/home';

const SYSTEM_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const STANDARD_LINKS = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
];

/** Variables that stay at home: they name places that are not there, or not writable, in the guest. */
const LEFT_OUT =
  /^(HOME|PATH|PWD|OLDPWD|SHLVL|_|USER|LOGNAME|MAIL|TMPDIR|TMP|TEMP|XDG_\w+|DBUS_\w+|SSH_\w+|DISPLAY|LAB_OUT)$/;

/**
 * A folder for one run, which the guest's user owns: what the guest is told (mounts, command, environment), its results,
 * and the files of User-Mode Linux itself. Always in /tmp: $TMPDIR may be closed to the guest's user.
 * @param told.argv the command's words, and `told.environment` its `NAME=value` pairs: as bytes
 * @param told.path the folders of PATH that the guest's user can read
 * @param told.settings strings for the guest's init, which is a shell script
 */
export function makeWorld(user, kernel, { argv, environment, path, settings }) {
  const folder = mkdtempSync('/tmp/lvsadm-lab-');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const place = (name) => join(folder, name);
  for (const name of ['uml', 'out', 'dev', 'usr', 'usr/lib']) mkdirSync(place(name));
  for (const [name, target] of STANDARD_LINKS) symlinkSync(target, place(`dev/${name}`));

  const seen = [CHECKOUT, settings.cwd, dirname(dirname(process.execPath)), ...path];
  copyFileSync(join(CHECKOUT, 'scripts/lab-guest/init'), place('init'));
  writeFileSync(place('fstab'), fstab([...layers(place, kernel), ...mounts(place('out')), ...binds(seen)]));
  writeFileSync(place('argv'), nulTerminated(argv));
  writeFileSync(place('environ'), nulTerminated(guestEnvironment(environment, path)));
  writeFileSync(
    place('settings'),
    assignments({ ...settings, overlay: kernel.overlay, kmod: find('bin/kmod') }),
  );
  for (const name of ['', 'usr/lib', ...readdirSync(folder)]) lchownSync(place(name), user.uid, user.gid);
  return { folder, out: place('out') };
}

/** The overlay over /usr. Links stand for paths in which a comma or colon would mean something to overlayfs. */
function layers(place, kernel) {
  const found = [];
  if (kernel.modules) {
    symlinkSync(isHidden(kernel.modules) ? HOST + kernel.modules : kernel.modules, place('usr/lib/modules'));
    found.push(place('usr'));
  }
  if (existsSync(join(UNPACKED, 'usr'))) {
    symlinkSync(join(UNPACKED, 'usr'), place('unpacked'));
    found.push(place('unpacked'));
  }
  return found.length === 0 ? [] : [['usr', '/usr', 'overlay', `lowerdir=${[...found, '/usr'].join(':')}`]];
}

const mounts = (out) => [
  ['proc', '/proc', 'proc', 'defaults'],
  ['sys', '/sys', 'sysfs', 'defaults'],
  ['devpts', '/dev/pts', 'devpts', 'ptmxmode=666,X-mount.mkdir'],
  ['shm', '/dev/shm', 'tmpfs', 'mode=1777,X-mount.mkdir'],
  ['run', '/run', 'tmpfs', 'mode=755'],
  ['netns', '/run/netns', 'tmpfs', 'mode=755,X-mount.mkdir'],
  ['home', HOME, 'tmpfs', 'mode=700,X-mount.mkdir'],
  ['/', HOST, 'none', 'bind,X-mount.mkdir'],
  ['out', OUT, 'hostfs', `${out},X-mount.mkdir`],
  ['tmp', '/tmp', 'tmpfs', 'mode=1777'],
];

const isHidden = (path) => FRESH.some((fresh) => path.startsWith(`${fresh}/`));

const binds = (paths) =>
  [...new Set(paths.filter(isHidden))]
    .sort()
    .map((path) => [HOST + path, path, 'none', 'bind,X-mount.mkdir']);

function fstab(lines) {
  const escaped = (text) =>
    text.replace(/[\s\\#]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return lines.map((fields) => `${fields.map(escaped).join(' ')}\n`).join('');
}

function guestEnvironment(environment, path) {
  const nameOf = (pair) => pair.toString('latin1').split('=', 1)[0];
  const own = {
    PATH: [...path, ...SYSTEM_PATH.filter((folder) => !path.includes(folder))].join(':'),
    HOME,
    USER: 'root',
    LOGNAME: 'root',
    LAB_OUT: OUT,
  };
  const pairs = Object.entries(own).map(([name, value]) => Buffer.from(`${name}=${value}`));
  return [...environment.filter((pair) => !LEFT_OUT.test(nameOf(pair)) && pair.indexOf('=') > 0), ...pairs];
}

const nulTerminated = (parts) => Buffer.concat(parts.flatMap((part) => [part, Buffer.of(0)]));

const assignments = (values) =>
  Object.entries(values)
    .map(([name, value = '']) => `${name}='${String(value).replaceAll("'", `'\\''`)}'\n`)
    .join('');
