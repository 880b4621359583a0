import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from './packages.js';
import { memoryFolder } from './world.js';

const CONSOLE_KEPT = 64 * 1024;

/**
 * A running User-Mode Linux. Its serial lines are pipes: `stdin` (framed by us), `stdout`, `stderr`, and a control line.
 * `ended` resolves, after everything the guest wrote was read and no process is left, with what the guest reported:
 * `{ready, status}`; `status` is undefined if it died without.
 */
export function startMachine({ user, world, kernel, mem }) {
  const [program, ...words] = [
    ...user.prefix,
    'bash',
    join(CHECKOUT, 'scripts/lab-guest/keeper'),
    kernel.binary,
    `mem=${mem}`,
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${join(world.folder, 'init')}`,
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'ssl0=fd:3,null',
    'ssl1=null,fd:4',
    'ssl2=null,fd:5',
    'ssl3=null,fd:6',
    'quiet',
    'panic=-1',
    `uml_dir=${join(world.folder, 'uml')}`,
  ];
  const child = spawn(program, words, {
    cwd: world.folder,
    detached: true,
    env: { PATH: process.env.PATH, HOME: world.folder, TMPDIR: memoryFolder(mem) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [, console1, console2, stdin, stdout, stderr, control, life] = child.stdio;
  const kill = () => life.destroy();

  let consoleLog = '';
  for (const stream of [console1, console2]) {
    stream.setEncoding('latin1').on('data', (text) => {
      consoleLog = (consoleLog + text).slice(-CONSOLE_KEPT);
    });
  }
  stdin.on('error', () => {}); // the guest is gone; `ended` says so
  const report = { ready: false, status: undefined };
  let spoken = '';
  let announce;
  const whenReady = new Promise((resolve) => {
    announce = resolve;
  });
  control.setEncoding('latin1').on('data', (text) => {
    spoken += text;
    if (!report.ready && /^ready\s/.test(spoken)) {
      report.ready = true;
      announce();
    }
    const exit = /^exit (\d+)\s/m.exec(spoken);
    if (exit) report.status = Number(exit[1]);
    if (exit) kill();
  });
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(report));
  });
  return { stdin, stdout, stderr, whenReady, ended, kill, consoleLog: () => consoleLog.replaceAll('\0', '') };
}

/** Sends `source` to the guest's end of the line: each chunk after a line with its size, an empty one at the end. */
export function frame(source, line) {
  source.on('data', (chunk) => {
    line.write(`${chunk.length}\n`);
    if (!line.write(chunk)) {
      source.pause();
      line.once('drain', () => source.resume());
    }
  });
  source.on('end', () => line.write('0\n'));
}
