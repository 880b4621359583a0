import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { Task } from './agent.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One network namespace, with an agent in it. */
export class Namespace {
  readonly name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  #ended = false;
  readonly #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];

  constructor(name: string, program: string) {
    this.name = name;
    this.#child = spawn('ip', ['netns', 'exec', name, process.execPath, program]);
    this.#child.stderr.pipe(process.stderr);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const { value, failure } = JSON.parse(line) as { value?: unknown; failure?: string };
      const waiting = this.#waiting.shift();
      if (failure !== undefined) waiting?.reject(new Error(`${name}: ${failure}`));
      else waiting?.resolve(value);
    });
    this.#child.on('exit', (code) => {
      this.#ended = true;
      for (const { reject } of this.#waiting) reject(new Error(`the agent in ${name} ended with ${code}`));
    });
  }

  perform<T = unknown>(task: Task): Promise<T> {
    if (this.#ended) return Promise.reject(new Error(`the agent in ${this.name} has ended`));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (value: unknown) => void, reject });
      this.#child.stdin.write(`${JSON.stringify(task)}\n`);
    });
  }

  /** Runs `lvsadm` with these words, given as one text, and expects that it goes well. */
  async lvsadm(text: string): Promise<string> {
    const result = await this.tryLvsadm(text);
    if (result.code !== 0)
      throw new Error(`${this.name}: lvsadm ${text}: ${result.code}\n${result.stderr}${result.stdout}`);
    return result.stdout;
  }

  tryLvsadm(text: string): Promise<CommandResult> {
    return this.perform<CommandResult>({ do: 'lvsadm', words: text.split(' ') });
  }

  /** Runs another program, its words given as one text. */
  program(text: string): Promise<string> {
    return this.perform({ do: 'program', words: text.split(' ') });
  }

  write(path: string, value: string): Promise<void> {
    return this.perform({ do: 'write', path, value });
  }

  /** Bytes that a device has received so far. */
  async counters(device: string): Promise<number> {
    return (await this.perform<{ received: number }>({ do: 'counters', device })).received;
  }

  dump(): Promise<string[]> {
    return this.perform({ do: 'dump' });
  }

  close(): void {
    this.#child.stdin.end();
  }
}

/** Makes one file of a TypeScript program, so that Node runs it without anything else. Gives its path. */
export async function bundle(entry: URL): Promise<string> {
  const require = createRequire(import.meta.url);
  const folder = mkdtempSync(join(tmpdir(), 'lvsadm-agent-'));
  // Some tests run it as another user.
  chmodSync(folder, 0o755);
  const outfile = join(folder, 'agent.mjs');
  await build({
    entryPoints: [entry.pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The transport finds its compiled part relative to its own place.
    alias: { 'netlink/dist/raw.js': require.resolve('netlink/dist/raw.js') },
    external: [require.resolve('netlink/dist/raw.js')],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom('/');",
    },
  });
  return outfile;
}

/** Has iproute2 carry out lines, in one process; the lab is built with other tools than the ones under test. */
export function ip(namespace: string | undefined, lines: string): void {
  const place = namespace === undefined ? [] : ['-n', namespace];
  execFileSync('ip', [...place, '-batch', '-'], { input: lines, stdio: ['pipe', 'ignore', 'inherit'] });
}
