import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabFailure } from './failure.js';
import { CHECKOUT } from './packages.js';

/** Ends with its child and takes all below along: a namespace of processes dies with its first one. */
const FRESH = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];

/** Throws unless this machine can do without the guest. */
function requireIpvs() {
  if (process.getuid() !== 0) throw new LabFailure('--native needs root, to make a network namespace');
  if (!existsSync('/proc/net/ip_vs')) spawnSync('modprobe', ['ip_vs'], { stdio: 'ignore' });
  if (!existsSync('/proc/net/ip_vs')) {
    throw new LabFailure(
      '--native needs IPVS: the running kernel has none, and `modprobe ip_vs` did not bring it',
    );
  }
}

/**
 * Starts a command in fresh namespaces of this machine.
 * @returns `out`, its results folder; `stop()`; and `ended`: its exit code (128+N if signal N ended it)
 */
export function startNative(words) {
  requireIpvs();
  const folder = mkdtempSync('/tmp/lvsadm-lab-');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const script = join(CHECKOUT, 'scripts/lab-guest/native');
  const child = spawn(
    'setpriv',
    ['--pdeathsig=KILL', '--', 'unshare', ...FRESH, '--', 'bash', script, ...words],
    {
      env: { ...process.env, LAB_OUT: folder },
      stdio: 'inherit',
    },
  );
  const ended = new Promise((resolve, reject) => {
    child.on('error', () =>
      reject(new LabFailure('setpriv or unshare is missing (Debian package util-linux)')),
    );
    child.on('close', (code) => resolve(code ?? undefined));
  });
  return { out: folder, stop: () => child.kill('SIGKILL'), ended };
}
