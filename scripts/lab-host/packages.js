import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { LabFailure } from './failure.js';

export const CHECKOUT = join(import.meta.dirname, '..', '..');

/** Packages that could not be installed are unpacked here; its `usr` is laid over the host's `/usr` in the guest. */
export const UNPACKED = join(CHECKOUT, '.cache', 'lab', 'root');

/** A program of each Debian package that the lab may want, by which one sees that it is there. */
const PROOF = {
  'user-mode-linux': 'bin/linux.uml',
  kmod: 'bin/kmod',
  ipvsadm: 'sbin/ipvsadm',
  gcc: 'bin/gcc',
  'libc6-dev': 'include/stdlib.h',
  iproute2: 'bin/ip',
  nftables: 'sbin/nft',
  keepalived: 'sbin/keepalived',
  systemd: 'lib/systemd/systemd',
  zsh: 'bin/zsh',
  bpftool: 'sbin/bpftool',
  ethtool: 'sbin/ethtool',
  clang: 'bin/clang',
  llvm: 'bin/llvm-objdump',
  'libbpf-dev': 'include/bpf/bpf_helpers.h',
};

/** Where a file of `/usr` is: on the host, or among what was unpacked; undefined if nowhere. */
export function find(path) {
  return ['/usr', join(UNPACKED, 'usr')].map((usr) => join(usr, path)).find(isReadable);
}

/** Sees to it that each of these Debian packages is there, installing or downloading the missing ones. */
export function ensurePackages(...names) {
  const missing = names.flat().filter((name) => find(PROOF[name]) === undefined);
  if (missing.length === 0) return;
  const script = join(CHECKOUT, 'scripts', 'lab-packages');
  const wanted = missing.map((name) => `${name}=${PROOF[name]}`);
  const { status } = spawnSync('bash', [script, ...wanted], { stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0) throw new LabFailure(`there is no lab without: ${missing.join(', ')}`);
}

function isReadable(path) {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
