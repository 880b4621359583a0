import { spawn } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LabFailure } from './failure.js';
import { CHECKOUT } from './packages.js';
import { chooseProcessor } from './processor.js';

const CONSOLE_KEPT = 16 * 1024;
const LAST_OUTPUT_MS = 1000;

/** A third of a second instead of two: no legacy terminals, no measuring of RAID code, no self-tests of ciphers. */
const QUICK = ['quiet', 'pty.legacy_count=0', 'initcall_blacklist=raid6_select_algo', 'cryptomgr.notests=1'];

/** Where these drivers are built in, no device that nobody made: dummy0 and bond0 are names that people choose. */
const NO_DEVICES = ['dummy.numdummies=0', 'bonding.max_bonds=0'];

const ROOT = ['rootfstype=hostfs', 'rootflags=/', 'ro', 'devtmpfs.mount=1', 'panic=-1'];

/** Serial line N of the guest is its ttySN: input, output, error, control. A terminal is one line in both directions. */
const CONSOLE = ['con=null', 'con0=null,fd:1', 'ssl=null', 'ssl3=null,fd:6'];
const PIPES = ['ssl0=fd:3,null', 'ssl1=null,fd:4', 'ssl2=null,fd:5'];
const TERMINAL = ['ssl0=fd:3,fd:4'];

/**
 * Starts a User-Mode Linux.
 * @returns the guest's lines, `abandon()`, which stops it, the tail of its console, `ready` (a promise that the command is about to start),
 *   and `ended`: resolves when all it wrote was read and no process of it is left, with what it reported:
 *   `{started, status, failure}`, where `status` is undefined if the command did not end, and `failure` says what the
 *   guest's init could not do
 */
export function startMachine({ user, world, kernel, mem, terminal }) {
  const [program, ...words] = [
    'taskset',
    '--cpu-list',
    `${chooseProcessor()}`,
    ...user.prefix,
    'bash',
    join(CHECKOUT, 'scripts/lab-guest/keeper'),
    kernel.binary,
    `mem=${mem}`,
    `init=${join(world.folder, 'init')}`,
    `uml_dir=${join(world.folder, 'uml')}`,
    ...ROOT,
    ...QUICK,
    ...NO_DEVICES,
    ...CONSOLE,
    ...(terminal ? TERMINAL : PIPES),
  ];
  const child = spawn(program, words, {
    cwd: world.folder,
    detached: true, // Ctrl-C is for the launcher alone
    env: { PATH: process.env.PATH, HOME: world.folder, TMPDIR: memoryFolder(mem) },
    stdio: Array(8).fill('pipe'),
  });
  const [, out, err, stdin, stdout, stderr, control, life] = child.stdio;
  child.stdin.end();
  for (const stream of [stdin, life]) stream.on('error', () => {}); // it is gone, which `ended` will say

  let log = '';
  for (const stream of [out, err]) {
    stream.setEncoding('latin1').on('data', (text) => {
      log = (log + text).slice(-CONSOLE_KEPT);
    });
  }
  const stop = () => life.write('stop\n');
  /** For a stop that cannot wait: a reader who does not read would keep its last output, and us, for ever. */
  const abandon = () => {
    stop();
    setTimeout(() => [stdout, stderr].map((stream) => stream.destroy()), LAST_OUTPUT_MS);
  };
  const { report, ready } = listen(control, stop);
  const ended = new Promise((resolve, reject) => {
    child.on('error', ({ code }) =>
      reject(new LabFailure(`${program}, of Debian's package util-linux: ${code}`)),
    );
    child.on('close', () => resolve(report));
  });
  return { stdin, stdout, stderr, abandon, ready, ended, console: () => log.replace(/[\0\r]/g, '').trim() };
}

/** Follows what the guest's init says: "up" when it starts, "ready", "exit STATUS", "failed MESSAGE". */
function listen(control, stop) {
  const report = { isUp: false, started: false, status: undefined, failure: undefined };
  const ready = new Promise((resolve) => {
    createInterface({ input: control }).on('line', (line) => {
      const [, verb, rest] = /^(\w*) ?(.*)$/.exec(line) ?? [];
      switch (verb) {
        case 'up':
          if (report.isUp) report.failure = 'the guest rebooted';
          report.isUp = true;
          break;
        case 'ready':
          report.started = true;
          resolve();
          break;
        case 'exit':
          report.status = Number(rest);
          break;
        case 'failed':
          report.failure = rest;
      }
      if (report.failure !== undefined || report.status !== undefined) stop();
    });
  });
  return { report, ready };
}

/** The guest's memory is a file, and executable: a container's /dev/shm is often too small, or noexec. */
function memoryFolder(mem) {
  const [, , , options = 'noexec'] =
    readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .findLast(([, folder]) => folder === '/dev/shm') ?? [];
  if (options.split(',').includes('noexec')) return '/tmp';
  const { bavail, bsize } = statfsSync('/dev/shm');
  const wanted = Number.parseInt(mem, 10) * (mem.endsWith('G') ? 2 ** 30 : 2 ** 20);
  return bavail * bsize >= wanted ? '/dev/shm' : '/tmp';
}
