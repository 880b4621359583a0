import { fstatSync } from 'node:fs';
import { constants } from 'node:os';
import { LAB_FAILED, LabFailure, say, TIMED_OUT } from './failure.js';
import { guestUser, unreadable } from './guest-user.js';
import { chooseKernel } from './kernel.js';
import { frame, startMachine } from './machine.js';
import { HELP, parseOptions, rawArguments, rawEnvironment } from './options.js';
import { CHECKOUT } from './packages.js';
import { makeWorld } from './world.js';

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const kernel = chooseKernel();
  const user = guestUser();
  const path = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const hidden = unreadable(user, [CHECKOUT, process.cwd(), process.execPath, ...path]);
  for (const needed of [CHECKOUT, process.cwd(), process.execPath]) {
    if (hidden.includes(needed))
      throw new LabFailure(`the guest runs as user ${user.name}, who cannot read ${needed}`);
  }
  const world = makeWorld({
    user,
    kernel,
    argv: rawArguments().slice(options.commandAt),
    environment: rawEnvironment(),
    cwd: process.cwd(),
    stdin: isNull(0) ? 'null' : 'pipe',
    hiddenPath: hidden,
  });
  try {
    return await run(options, user, kernel, world);
  } finally {
    world.remove();
  }
}

async function run(options, user, kernel, world) {
  const machine = startMachine({ user, world, kernel, mem: options.mem });
  let stoppedBy;
  const stop = (reason) => {
    stoppedBy ??= reason;
    machine.kill();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop('SIGPIPE'));
  const timer = options.timeout > 0 && setTimeout(() => stop('timeout'), options.timeout * 1000);

  machine.stdout.pipe(process.stdout, { end: false });
  machine.stderr.pipe(process.stderr, { end: false });
  // Not before the guest has set the line to raw: it would treat the bytes as typed.
  if (!isNull(0)) machine.whenReady.then(() => frame(process.stdin, machine.stdin));
  const { ready, status } = await machine.ended;
  clearTimeout(timer);

  if (status !== undefined) return status;
  if (stoppedBy === 'timeout') {
    say(
      ready
        ? `the command was still running after ${options.timeout} s`
        : `the guest was not up after ${options.timeout} s`,
    );
    return TIMED_OUT;
  }
  if (stoppedBy) return 128 + constants.signals[stoppedBy];
  say(
    `the guest died ${ready ? 'while the command ran' : 'before the command started'}; the end of its console:`,
  );
  process.stderr.write(`${machine.consoleLog().trimEnd()}\n`);
  return LAB_FAILED;
}

function isNull(fd) {
  const NULL_DEVICE = 0x103;
  const stat = fstatSync(fd);
  return stat.isCharacterDevice() && stat.rdev === NULL_DEVICE;
}

try {
  const code = await main();
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', () => done()))),
  );
  process.exit(code);
} catch (error) {
  if (!(error instanceof LabFailure)) throw error;
  say(error.message);
  process.exit(error.exitCode);
}
