import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Outcome, Step } from './sequence.ts';

const DRIVER = join(import.meta.dirname, 'program-driver');

/** A program that a small driver runs over and over, with the words of steps. One batch at a time. */
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
    const [first, ...words] = [...surroundings, 'bash', DRIVER, this.#folder];
    this.#driver = spawn(first!, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    this.#answers = createInterface(this.#driver.stdout!);
  }

  /** Runs the steps one after the other. */
  async run(steps: readonly Step[]): Promise<Outcome[]> {
    const words: (string | number)[] = [];
    for (const [index, step] of steps.entries()) {
      const command = [...environmentPrefix(step), ...this.#command, ...step.words];
      words.push(command.length, ...command);
      this.#setInput(index, step.stdin);
    }
    writeFileSync(join(this.#folder, 'batch'), words.map((word) => `${word}\0`).join(''));
    const codes = await this.#go();
    return steps.map((_, index) => ({
      stdout: this.#read(`${index}.out`),
      stderr: this.#read(`${index}.err`),
      code: codes[index]!,
    }));
  }

  close(): void {
    this.#driver.stdin!.end();
    rmSync(this.#folder, { recursive: true });
  }

  #setInput(index: number, stdin: string | undefined): void {
    const path = join(this.#folder, `${index}.in`);
    if (stdin === undefined) rmSync(path, { force: true });
    else writeFileSync(path, stdin);
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

function environmentPrefix({ environment }: Step): string[] {
  if (!environment) return [];
  return ['env', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
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
