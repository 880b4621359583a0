import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from './packages.js';

const CONFIGURATION = join(CHECKOUT, 'scripts/lab-kernel.d/config');

const checksum = (bytes) => createHash('sha256').update(bytes).digest('hex');

/**
 * The newest kernel that scripts/lab-kernel has made of this checkout's configuration, with its folder of modules, or
 * undefined.
 */
export function findBuilt(env) {
  const cache = join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lvsadm/lab-kernel');
  if (!existsSync(cache)) return undefined;
  const wanted = `config ${checksum(readFileSync(CONFIGURATION))}`;
  const [newest] = readdirSync(cache)
    .filter((name) => isMadeOf(wanted, name, join(cache, name, 'inputs')))
    .map((name) => ({ name, made: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made);
  if (!newest) return undefined;
  const folder = process.getuid() === 0 ? copyHere(cache, newest.name) : join(cache, newest.name);
  return { binary: join(folder, 'linux'), modules: join(folder, 'modules') };
}

function isMadeOf(wanted, name, path) {
  if (!/^[0-9a-f]{64}$/.test(name) || !existsSync(path)) return false;
  const inputs = readFileSync(path, 'utf8');
  return checksum(inputs) === name && inputs.startsWith(`${wanted}\n`);
}

/** Root's home is closed to the ordinary user that the guest is; the checkout, where the tests are, is open. */
function copyHere(cache, name) {
  const kernels = join(CHECKOUT, '.cache/lab');
  const folder = join(kernels, `kernel-${name}`);
  if (existsSync(folder)) return folder;
  mkdirSync(kernels, { recursive: true });
  const draft = mkdtempSync(join(kernels, 'new.'));
  cpSync(join(cache, name), join(draft, 'kernel'), { recursive: true });
  try {
    renameSync(join(draft, 'kernel'), folder);
  } catch (error) {
    if (!existsSync(folder)) throw error; // another run was first
  } finally {
    rmSync(draft, { recursive: true });
  }
  return folder;
}
