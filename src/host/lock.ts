import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { knownByName } from '../model/known-by-name.ts';
import { STATE_FOLDER } from './journal-file.ts';
import { locateProgram } from './programs.ts';
import { makeTrustedFolder, requirePlain } from './trusted.ts';

/**
 * Milliseconds. At boot many units prepare one host at the same time, each of which takes a second or two; whoever
 * changes the table wants to know soon.
 */
const PATIENCE = { machine: 300_000, table: 5000 } as const;
const NOUN = { machine: 'host', table: 'table' } as const;
const PAUSE = 100;
/** After so many milliseconds a person wants to know what is going on. */
const SILENCE = 1000;

export type Lockable = keyof typeof PATIENCE;

/** Held while one lvsadm changes this host, or its IPVS table, so that a second one waits. */
export interface Lock {
  release(): Promise<void>;
}

/** Takes a lock; `onWait` is called once, with the reason, when it takes its time. Rejects with a LockFailure. */
export type TakeLock = (what: Lockable, onWait?: (why: string) => void) => Promise<Lock>;

/** The lock cannot be taken: one sentence. */
export class LockFailure extends Error {
  override readonly name = 'LockFailure';
  static override readonly [Symbol.hasInstance] = knownByName('LockFailure');
}

/**
 * Takes the lock, which is a file of root's in /run/lvsadm for each network namespace; waits for another process to be
 * done. Rejects with a LockFailure when that takes too long. `onWait` is called once, with the reason, when it takes its
 * time.
 *
 * The lock is the kernel's (flock(2)), and ends with this process. Node has no call for it, so the program flock takes
 * it for us: a lock belongs to the open file, which it is given, and not to the process.
 */
export async function takeLock(
  what: Lockable,
  onWait: (why: string) => void = () => {},
  { folder = STATE_FOLDER, patience = PATIENCE[what] }: { folder?: string; patience?: number } = {},
): Promise<Lock> {
  const program = await locateProgram('flock');
  if (program === undefined) throw new LockFailure('there is no program flock; install package util-linux');
  const file = await openLock(folder, what);
  try {
    for (let waited = 0; ; waited += PAUSE) {
      if (await flock(program, file)) break;
      if (waited >= patience) throw new LockFailure(await explainWait(file, what));
      if (waited === SILENCE) onWait(await explainWait(file, what));
      await sleep(PAUSE);
    }
    await file.truncate(0);
    await file.write(`${process.pid}\n`, 0);
  } catch (error) {
    await file.close();
    throw error;
  }
  return { release: () => file.close() };
}

async function openLock(folder: string, what: Lockable): Promise<FileHandle> {
  const number = (await readlink('/proc/self/ns/net')).replace(/\D/g, '');
  const path = join(folder, `${what}-${number}.lock`);
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: FileHandle;
  try {
    await makeTrustedFolder(folder);
    file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new LockFailure(`only root may take the lock ${path}; run it as root`, { cause: error });
  }
  try {
    requirePlain(path, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Whether the lock is ours now. */
function flock(program: string, file: FileHandle): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else reject(new LockFailure(`${program} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** Who holds the lock: that process has written its number into it. */
async function explainWait(file: FileHandle, what: Lockable): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
  const pid = /^\d+/.exec(buffer.toString('latin1', 0, bytesRead))?.[0];
  return `another lvsadm${pid === undefined ? '' : ` (process ${pid})`} is changing this ${NOUN[what]}`;
}
