import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One run of a program: its words without the program's name, and what it finds. Text is bytes in UTF-8. */
export interface Case {
  readonly words: readonly string[];
  readonly stdin?: string;
  /** With the environment variable POSIXLY_CORRECT. */
  readonly posix?: boolean;
}

/** What came of a case. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The netlink messages that went, or would have gone, to the kernel, headers included. */
  readonly messages: readonly Buffer[];
}

/** Where `scripts/test` unpacks packages for a user who may not install them. */
const UNPACKED = join(import.meta.dirname, '../../.cache/lab/root/usr');
const IPVSADM = ['/usr/sbin/ipvsadm', '/sbin/ipvsadm', join(UNPACKED, 'sbin/ipvsadm')];
const LIMIT = 300_000;

/** The real ipvsadm, made to carry out thousands of cases in one process by `many-ipvsadm.c`. */
export class Reference {
  readonly #folder = mkdtempSync(join(tmpdir(), 'native-'));
  readonly #library = join(this.#folder, 'many-ipvsadm.so');
  readonly #program: string;

  /** Throws where there is no ipvsadm, or no C compiler. */
  constructor() {
    const program = IPVSADM.find((path) => existsSync(path));
    if (!program) throw new Error('there is no ipvsadm to compare with: install the package ipvsadm');
    this.#program = program;
    const source = join(import.meta.dirname, 'many-ipvsadm.c');
    execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', this.#library, source, '-ldl']);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  /**
   * Runs the cases, each in a child of one process. `environment` is for all of them; `surroundings` is a command that
   * ipvsadm runs under, such as `unshare …`.
   */
  run(
    cases: readonly Case[],
    environment: Readonly<Record<string, string>> = {},
    surroundings: readonly string[] = [],
  ): Result[] {
    const files = { CASES: join(this.#folder, 'cases'), RESULTS: join(this.#folder, 'results') };
    writeFileSync(files.CASES, Buffer.concat(cases.map(encodeCase)));
    const libraries = ['lib/x86_64-linux-gnu', 'lib'].map((folder) => join(UNPACKED, folder)).join(':');
    const variables = { ...environment, ...files, LD_PRELOAD: this.#library, LD_LIBRARY_PATH: libraries };
    const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    // Only ipvsadm itself is to be loaded with the library.
    const [program, ...words] = [...surroundings, 'env', ...assignments, this.#program];
    execFileSync(program!, words, { env: { PATH: process.env.PATH, LC_ALL: 'C' }, timeout: LIMIT });
    return decodeResults(readFileSync(files.RESULTS), cases.length);
  }
}

function encodeCase({ words, stdin = '', posix = false }: Case): Buffer {
  const input = Buffer.from(stdin);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(words.length + 1, 0);
  head.writeUInt32LE(posix ? 1 : 0, 4);
  head.writeUInt32LE(input.length, 8);
  return Buffer.concat([head, Buffer.from(['ipvsadm', ...words].map((word) => `${word}\0`).join('')), input]);
}

function decodeResults(bytes: Buffer, count: number): Result[] {
  let at = 0;
  const number = () => {
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const take = (length: number) => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const results = Array.from({ length: count }, () => {
    const [code, out, err, messages] = [number(), number(), number(), number()];
    return {
      code,
      stdout: take(out).toString(),
      stderr: take(err).toString(),
      messages: splitMessages(take(messages)),
    };
  });
  if (at !== bytes.length) throw new Error('there are more results than cases');
  return results;
}

/** Cuts a run of netlink messages: each begins with its length. */
function splitMessages(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) {
    messages.push(bytes.subarray(at, at + bytes.readUInt32LE(at)));
  }
  return messages;
}
