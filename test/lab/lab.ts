import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const CHECKOUT = join(import.meta.dirname, '..', '..');
const LAB = join(CHECKOUT, 'scripts', 'lab');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
}

interface Options {
  input?: Buffer | string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

/** A running `scripts/lab WORDS…` and the promise of its end. Without `input`, standard input is /dev/null. */
export function start(words: readonly string[], { input, env, cwd = CHECKOUT }: Options = {}) {
  const child = spawn(LAB, words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => {}); // the command need not read it all
  child.stdin?.end(input);
  const parts: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout?.on('data', (chunk: Buffer) => parts.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => parts.stderr.push(chunk));
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    return {
      code,
      signal,
      stdout: Buffer.concat(parts.stdout),
      stderr: Buffer.concat(parts.stderr).toString(),
    };
  });
  return { child, ended };
}

export const lab = (words: readonly string[], options?: Options): Promise<Ended> =>
  start(words, options).ended;

/** What a script for the guest's shell writes, one line each; throws if it fails. */
export async function linesOf(script: string, options?: Options): Promise<string[]> {
  const { code, stdout, stderr } = await lab(['bash', '-ec', script], options);
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return stdout.toString().trimEnd().split('\n');
}

const readable = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};

/** Host processes that have this text in their command line. */
export const processesWith = (text: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readable(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')).includes(text));

/** The folder of a running lab: its keeper, a child of the launcher, works there. Waits until it is there. */
export async function folderOf(launcher: ChildProcess): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    for (const pid of readable(() =>
      readFileSync(`/proc/${launcher.pid}/task/${launcher.pid}/children`, 'utf8'),
    ).split(' ')) {
      const folder = readable(() => readlinkSync(`/proc/${pid}/cwd`));
      if (/^\/tmp\/lvsadm-lab-\w+$/.test(folder)) return folder;
    }
    await delay(20);
  }
  throw new Error('the lab made no folder');
}

/** Nothing of a run is left: neither process nor folder. Waits a little, as the keeper of a killed launcher needs a moment. */
export async function isGone(folder: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (!existsSync(folder) && processesWith(folder).length === 0) return true;
    await delay(20);
  }
  return false;
}
