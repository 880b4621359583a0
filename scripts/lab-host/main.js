import { LAB_FAILED, LabFailure, say } from './failure.js';
import { guestUser, readablePath } from './guest-user.js';
import { chooseKernel } from './kernel.js';
import { startMachine } from './machine.js';
import { startNative } from './native.js';
import { HELP, parseOptions, rawArguments, rawEnvironment } from './options.js';
import { CHECKOUT } from './packages.js';
import { copyResults } from './results.js';
import { reportStop, watchForStop } from './stop.js';
import { connect, flushed, kindOfInput } from './streams.js';
import { makeWorld } from './world.js';

/** Each resolves to the exit code. */
async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  if (options.help) return 0;
  return options.native ? await runNatively(options) : await runInGuest(options);
}

async function runInGuest({ commandAt, kernel: wanted, timeout, mem, out }) {
  const kernel = chooseKernel(wanted);
  const user = guestUser();
  const path = readablePath(user, [CHECKOUT, process.cwd(), process.execPath, kernel.binary, kernel.modules]);
  const stdin = kindOfInput();
  const seconds = timeout ?? (stdin === 'terminal' ? 0 : 120);
  const stop = watchForStop(seconds);
  const world = makeWorld(user, kernel, {
    argv: rawArguments().slice(commandAt),
    environment: rawEnvironment(),
    path,
    settings: { cwd: process.cwd(), stdin, rows: process.stdout.rows, columns: process.stdout.columns },
  });
  const machine = startMachine({ user, world, kernel, mem, terminal: stdin === 'terminal' });
  stop.asked.then(machine.abandon);
  connect(stdin, machine, stop);

  const { started, status, failure } = await machine.ended;
  await flushed(stop.asked);
  if (process.stdin.isRaw) process.stdin.setRawMode(false);
  if (out) copyResults(world.out, out);
  if (status !== undefined) return status;
  if (stop.reason) return reportStop(stop.reason, seconds, started);
  say(failure ?? `the guest died ${started ? 'while the command ran' : 'before the command started'}`);
  process.stderr.write(`The end of its console:\n${machine.console()}\n`);
  return LAB_FAILED;
}

async function runNatively({ commandAt, timeout = 120, out }) {
  const stop = watchForStop(timeout);
  const native = startNative(process.argv.slice(2 + commandAt));
  stop.asked.then(native.stop);
  const status = await native.ended;
  if (out) copyResults(native.out, out);
  return stop.reason ? reportStop(stop.reason, timeout, true) : (status ?? LAB_FAILED);
}

try {
  process.exit(await main());
} catch (error) {
  say(error instanceof LabFailure ? error.message : error.stack);
  process.exit(LAB_FAILED);
}
