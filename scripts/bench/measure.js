import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const program = new URL('../../bin/lvsadm.js', import.meta.url).pathname;
let files = 0;

/** The argument vector of the least that a program on Node.js can do. */
export const nodeBound = (...words) => [
  process.execPath,
  new URL('lower-bound-node.cjs', import.meta.url).pathname,
  ...words,
];

/** The argument vector of our program. */
export const lvsadm = (...words) => [process.execPath, program, ...words];

/** A file with this text. */
export function fileOf(text) {
  const path = join(folder, String(files++));
  writeFileSync(path, text);
  return path;
}

export function clearTable() {
  run({ run: ['ipvsadm', '-C'] });
}

const NAMESPACE = 'bench';

/**
 * The command in a network namespace that was made for it, whose table was never used: for two minutes the kernel
 * looks through all deleted destinations whenever one is added, so that a cleared table is not an empty one.
 */
export function inFreshNamespace(command) {
  return {
    ...command,
    run: ['ip', 'netns', 'exec', NAMESPACE, ...command.run],
    before() {
      ip('netns', 'add', NAMESPACE);
      ip('-n', NAMESPACE, 'link', 'set', 'lo', 'up');
    },
    after: () => ip('netns', 'delete', NAMESPACE),
  };
}

function ip(...words) {
  run({ run: ['ip', ...words] });
}

/**
 * Runs two commands in turn. A command is `{ run: argv, input?: file, before?, after?: what to do then, untimed }`.
 * Returns the median seconds of each, and the ratio a/b of all the pairs together: the lab's clock ticks only a hundred
 * times a second.
 */
export function timePairs(rounds, a, b) {
  const pairs = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = [timed(a), timed(b)];
    // The first round warms the caches.
    if (round > 0) pairs.push(pair);
  }
  return {
    a: median(pairs.map(([ours]) => ours)),
    b: median(pairs.map(([, theirs]) => theirs)),
    ratio: sum(pairs.map(([ours]) => ours)) / sum(pairs.map(([, theirs]) => theirs)),
  };
}

/** Median seconds of one command. */
export function timeOnce(command, rounds) {
  return median(Array.from({ length: rounds }, () => timed(command)));
}
timeOnce.kernel = release;

/** System calls that a command makes, or `undefined` without strace. */
export function countSystemCalls(command) {
  const path = join(folder, 'calls');
  const traced = { ...command, run: ['strace', '-f', '-c', '-o', path, ...command.run] };
  command.before?.();
  if (spawn(traced).error) return undefined;
  command.after?.();
  const total = readFileSync(path, 'utf8').match(/^\s*100\.00\s+[\d.]+\s+\d+\s+(\d+).*total$/m);
  return total ? Number(total[1]) : undefined;
}

/** MiB that our program has at its peak. */
export function peakMemory(...words) {
  return measured('peak-memory.js', { run: lvsadm(...words) }) / 1024;
}

/** Seconds that our program spends in system calls on netlink, with what measuring them takes. */
export function netlinkTime(command) {
  return measured('netlink-time.js', command);
}

/** What a module that is loaded before our program measures. */
function measured(module, command) {
  const path = join(folder, 'measured');
  const preload = new URL(module, import.meta.url).href;
  const words = command.run.flatMap((word) =>
    word === process.execPath ? [word, '--import', preload] : [word],
  );
  command.before?.();
  run({ ...command, run: words, environment: { MEASURE_FILE: path } });
  command.after?.();
  return Number(readFileSync(path, 'utf8'));
}

function timed(command) {
  command.before?.();
  const start = performance.now();
  run(command);
  const seconds = (performance.now() - start) / 1000;
  command.after?.();
  return seconds;
}

function run(command) {
  const { error, status, stderr } = spawn(command);
  if (error || status !== 0) {
    throw new Error(`${command.run.join(' ')} ended with ${error?.message ?? status}: ${stderr}`);
  }
}

function spawn({ run: [file, ...words], input, environment = {} }) {
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  try {
    return spawnSync(file, words, {
      stdio: [stdin, 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, ...environment },
    });
  } finally {
    if (stdin !== 'ignore') closeSync(stdin);
  }
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
