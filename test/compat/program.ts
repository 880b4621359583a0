import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Outcome, Step } from './sequence.ts';

/** Exit code of a program that ended by SIGSEGV. */
const CRASHED = 139;

/** For every line on its standard input it runs the commands in the file `batch`. */
const DRIVER = 'cd -- "$1" && while read -r _; do . ./batch; done';

/**
 * A program that is run over and over, with the words of steps, one batch at a time. A shell starts it: starting a
 * process takes much less time from a small one than from Node, most of all in the lab.
 */
export class Program {
  readonly #command: readonly string[];
  readonly #folder: string;
  readonly #driver: ChildProcess;
  readonly #answers: Interface;

  /**
   * `command` is what comes before the words of a step. `surroundings` is a command that the driver, and with it the
   * program, is to run under, such as `unshare …`.
   */
  constructor(command: readonly string[], surroundings: readonly string[] = []) {
    this.#command = command;
    this.#folder = mkdtempSync(join(tmpdir(), 'program-'));
    const [first, ...words] = [...surroundings, 'sh', '-c', DRIVER, 'sh', this.#folder];
    this.#driver = spawn(first!, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    this.#answers = createInterface(this.#driver.stdout!);
  }

  /** Runs the steps one after the other. */
  async run(steps: readonly Step[]): Promise<Outcome[]> {
    const lines = steps.map((step, index) => this.#line(step, index));
    this.#writeBatch(`codes=\n${lines.join('')}echo $codes\n`);
    const codes = await this.#go();
    return steps.map((_, index) => ({
      stdout: this.#read(`${index}.out`),
      // Of a crash the shell has something to say, some of them in the program's place.
      stderr: codes[index] === CRASHED ? '' : this.#read(`${index}.err`),
      code: codes[index]!,
    }));
  }

  close(): void {
    this.#driver.stdin!.end();
    rmSync(this.#folder, { recursive: true });
  }

  /** A new file each time: the shell may not have come to the end of the old one when its answer is here. */
  #writeBatch(text: string): void {
    const draft = join(this.#folder, 'draft');
    writeFileSync(draft, text);
    renameSync(draft, join(this.#folder, 'batch'));
  }

  /** The line of the batch that carries out a step. */
  #line({ words, stdin, environment = {} }: Step, index: number): string {
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const command = [...(variables.length > 0 ? ['env', ...variables] : []), ...this.#command, ...words];
    if (stdin !== undefined) writeFileSync(join(this.#folder, `${index}.in`), stdin);
    const input = stdin === undefined ? '/dev/null' : `${index}.in`;
    const redirected = `${command.map(quote).join(' ')} <${input} >${index}.out 2>${index}.err`;
    return `{ ${redirected}; } 2>/dev/null; codes="$codes $?"\n`;
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8');
  }

  #go(): Promise<number[]> {
    return new Promise((resolve, reject) => {
      const failed = () => reject(new Error('the driver of the program has ended'));
      if (this.#driver.exitCode !== null) failed();
      this.#driver.once('exit', failed);
      this.#answers.once('line', (line) => {
        this.#driver.off('exit', failed);
        resolve(line.split(' ').map(Number));
      });
      this.#driver.stdin!.write('go\n');
    });
  }
}

/** A word that the shell takes as it is. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Surroundings in which a file has another content, seen by nobody else. */
export function withFile(path: string, content: string): string[] {
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', content, path];
}

/** Surroundings in which the kernel's list of connections is a text that stays as it is. */
export function withConnections(content: string): string[] {
  const script =
    'mount -t tmpfs none /proc && mkdir /proc/net && cp "$1" /proc/net/ip_vs_conn && shift && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, 'sh', content];
}
