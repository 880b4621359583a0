import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findBuilt } from './built-kernel.js';
import { LabFailure } from './failure.js';
import { ensurePackages, find } from './packages.js';

/** What the guest has besides what every system has. */
const PROGRAMS = ['kmod', 'ipvsadm', 'iproute2', 'nftables'];

const OVERLAYFS = ['kernel/fs/overlayfs/overlay.ko', 'kernel/fs/overlayfs/overlay.ko.xz'];

/**
 * The one place where the kernel is chosen: the caller's own, else what scripts/lab-kernel built, else Debian's.
 * @param wanted path of the caller's own; `debian` for Debian's, `built` for what was built and none else; or nothing
 * @returns {{binary: string, modules: string | undefined, overlay: string | undefined}} `modules` is the folder that
 *   has a folder per kernel release, undefined when everything is built in; `overlay` is overlayfs, if it is a module
 */
export function chooseKernel(wanted, env = process.env) {
  const built = !wanted || wanted === 'built' ? findBuilt(env) : undefined;
  if (wanted === 'built' && !built)
    throw new LabFailure('that kernel is not built yet: scripts/lab-kernel does it');
  const own = built?.binary ?? (wanted && wanted !== 'debian' && resolve(wanted));
  ensurePackages(own ? [] : ['user-mode-linux'], PROGRAMS);
  const binary = own || find('bin/linux.uml');
  const release = releaseOf(binary);
  const modules = env.LVSADM_LAB_MODULES
    ? resolve(env.LVSADM_LAB_MODULES)
    : own
      ? built?.modules
      : find('lib/uml/modules');
  if (modules === undefined) return { binary, modules, overlay: undefined };

  const folder = join(modules, release);
  if (!existsSync(join(folder, 'modules.dep'))) {
    throw new LabFailure(
      `${binary} is ${release}, and its modules are not in ${folder} (no modules.dep there)`,
    );
  }
  return {
    binary,
    modules,
    overlay: OVERLAYFS.map((file) => join(folder, file)).find((file) => existsSync(file)),
  };
}

function releaseOf(binary) {
  const { error, status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  if (error) throw new LabFailure(`cannot run the kernel ${binary}: ${error.code}`);
  const release = stdout.trim();
  if (status !== 0 || !/^\d+\.\d+\S*$/.test(release)) throw new LabFailure(`${binary} is no User-Mode Linux`);
  return release;
}
