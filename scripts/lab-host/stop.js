import { constants } from 'node:os';
import { say, TIMED_OUT } from './failure.js';

/**
 * Watches for what ends a run from outside: the time, a signal, a reader of our output that went away.
 * `asked` resolves when one of them happened, `reason` is the first of them ('time' or the signal's name).
 * @param {number} seconds 0: no limit
 */
export function watchForStop(seconds) {
  const stop = { reason: undefined };
  stop.asked = new Promise((resolve) => {
    stop.because = (reason) => {
      stop.reason ??= reason;
      resolve();
    };
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop.because(signal));
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.because('SIGPIPE'));
  if (seconds > 0) setTimeout(() => stop.because('time'), seconds * 1000);
  return stop;
}

/** Says why the run was stopped, where the caller cannot know, and chooses the exit code. */
export function reportStop(reason, seconds, started) {
  if (reason !== 'time') return 128 + constants.signals[reason];
  say(
    started
      ? `the command was still running after ${seconds} s`
      : `the guest had not started it after ${seconds} s`,
  );
  return TIMED_OUT;
}
