import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Outcome, Step } from './sequence.ts';

/** The real ipvsadm, run by a small driver. One batch at a time. */
export class Reference {
  readonly #folder: string;
  readonly #driver: ChildProcess;
  readonly #answers: Interface;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'reference-'));
    this.#driver = spawn('bash', [join(import.meta.dirname, 'reference-driver'), this.#folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    });
    this.#answers = createInterface(this.#driver.stdout!);
  }

  /** Runs the steps one after the other. */
  async run(steps: readonly Step[]): Promise<Outcome[]> {
    const words: (string | number)[] = [];
    for (const [index, step] of steps.entries()) {
      const command = [...environmentPrefix(step), 'ipvsadm', ...step.words];
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
      const failed = () => reject(new Error('the driver of the reference has ended'));
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
