import { fstatSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';

const NULL_DEVICE = 0x103;

/** What our standard input is for the guest: a terminal only if output and error are the same. */
export function kindOfInput() {
  const { rdev } = fstatSync(0);
  if (fstatSync(0).isCharacterDevice() && rdev === NULL_DEVICE) return 'null';
  return [0, 1, 2].every((fd) => isatty(fd)) ? 'terminal' : 'pipe';
}

/** Joins our three streams to the guest's lines. */
export function connect(kind, machine, stop) {
  machine.stdout.pipe(process.stdout, { end: false });
  machine.stderr.pipe(process.stderr, { end: false });
  if (kind === 'null') return;
  // Not before the guest has set its line: it would take the bytes as typed.
  machine.ready.then(() =>
    kind === 'terminal' ? type(process.stdin, machine.stdin, stop) : frame(process.stdin, machine.stdin),
  );
}

/**
 * A serial line has no end of file, so the bytes go in frames: a line with the size, then so many bytes; size 0 is the end.
 * What arrives while a frame is on its way makes the next one: a frame costs the guest a process.
 */
function frame(source, line) {
  const LARGEST = 1024 * 1024;
  let [waiting, size, isSending, isAtEnd] = [[], 0, false, false];
  const send = () => {
    isSending = size > 0 || isAtEnd;
    if (!isSending) return;
    line.write(`${size}\n`);
    if (size === 0) return;
    line.write(Buffer.concat(waiting), send);
    [waiting, size] = [[], 0];
    source.resume();
  };
  source.on('data', (chunk) => {
    waiting.push(chunk);
    size += chunk.length;
    if (size >= LARGEST) source.pause();
    if (!isSending) send();
  });
  const finish = () => {
    isAtEnd = true;
    if (!isSending) send();
  };
  source.on('end', finish).on('error', finish);
}

/** Every key goes to the guest's terminal, Ctrl-C too; three of them within a second end the guest itself. */
function type(keyboard, line, stop) {
  const CTRL_C = 3;
  let presses = [];
  keyboard.setRawMode(true);
  keyboard.on('data', (keys) => {
    const now = Date.now();
    presses = keys.includes(CTRL_C) ? [...presses.filter((time) => now - time < 1000), now] : [];
    if (presses.length === 3) stop.because('SIGINT');
    line.write(keys);
  });
}

/** Waits until everything written has left this process; once asked to stop, only a second more. */
export function flushed(stopAsked) {
  const written = (stream) => new Promise((resolve) => stream.write('', () => resolve()));
  const patience = stopAsked.then(() => setTimeout(1000));
  return Promise.race([Promise.all([process.stdout, process.stderr].map(written)), patience]);
}
