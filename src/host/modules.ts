import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';

/** A module's own initialisation cannot be waited for without end. */
const TIME_LIMIT = 30_000;

/**
 * Has the kernel load a module, with modprobe, whose own words go where ours do. False when that failed: no such
 * module, no right, no modprobe on this system.
 */
export function loadModule(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { stdio: 'inherit', timeout: TIME_LIMIT } as const;
    const modprobe = spawn('/sbin/modprobe', ['--', name], options);
    modprobe.once('error', () => resolve(false));
    modprobe.once('exit', (code) => resolve(code === 0));
  });
}

/** Why a module is not there, and what to do about it: a sentence for the operator. */
export async function explainMissingModule(name: string): Promise<string> {
  const kernel = release();
  const modules = await readModuleList(kernel);
  if (modules === undefined) {
    return `this system has no modules for the running kernel ${kernel}: in a container, load ${name} on the host (modprobe ${name}); after an upgrade of the kernel, boot the new one`;
  }
  if (!modules.includes(`/${name}.ko`)) {
    return `kernel ${kernel} comes without module ${name}: it takes a kernel with IPVS (on Ubuntu, package linux-modules-extra-${kernel})`;
  }
  return `module ${name} of kernel ${kernel} is there but is not loaded; run \`modprobe ${name}\` as root, and see what it and dmesg say`;
}

async function readModuleList(kernel: string): Promise<string | undefined> {
  return readFile(`/lib/modules/${kernel}/modules.dep`, 'latin1').catch(() => undefined);
}
