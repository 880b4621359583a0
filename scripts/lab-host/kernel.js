import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LabFailure } from './failure.js';
import { ensurePackages, find } from './packages.js';

/**
 * The one place where the kernel is chosen: the caller's own, else Debian's.
 * @returns {{binary: string, modules: string | undefined}} `modules` is the folder that has one folder per kernel release;
 *   undefined when everything is built into the binary
 */
export function chooseKernel(env = process.env) {
  if (env.LVSADM_LAB_KERNEL) {
    ensurePackages(['kmod', 'ipvsadm', 'iproute2']);
    return { binary: executable(env.LVSADM_LAB_KERNEL), modules: folderOfModules(env.LVSADM_LAB_MODULES) };
  }
  ensurePackages(['user-mode-linux', 'kmod', 'ipvsadm', 'iproute2']);
  return {
    binary: find('bin/linux.uml'),
    modules: folderOfModules(env.LVSADM_LAB_MODULES || find('lib/uml/modules')),
  };
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch (error) {
    throw new LabFailure(`LVSADM_LAB_KERNEL=${path}: not a program that can be run (${error.code})`);
  }
}

function folderOfModules(path) {
  if (!path) return undefined;
  const releases = existsSync(path) ? readdirSync(path) : [];
  if (releases.some((release) => existsSync(join(path, release, 'modules.dep')))) return path;
  throw new LabFailure(`no kernel modules (RELEASE/modules.dep) in ${path}`);
}
