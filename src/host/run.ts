import { locateProgram, PROGRAM_FOLDERS } from './programs.ts';

/** What a program left behind when it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the system; resolves to `undefined` when there is no such program. */
export type Run = (program: string, words: readonly string[], input?: string) => Promise<Ended | undefined>;

/** A program's own work cannot be waited for without end. */
const TIME_LIMIT = 30_000;

/**
 * Runs a program with words, never a shell, and text for its standard input. Neither where it is looked for nor how it
 * behaves depends on the caller's environment. The only door to execa, which is loaded at the first use.
 */
export const run: Run = async (program, words, input = '') => {
  const path = await locateProgram(program);
  if (path === undefined) return undefined;
  const { execa } = await import('execa');
  const ended = await execa(path, [...words], {
    input,
    reject: false,
    timeout: TIME_LIMIT,
    stripFinalNewline: false,
    extendEnv: false,
    env: { LC_ALL: 'C', PATH: PROGRAM_FOLDERS.join(':') },
  });
  if (ended.code === 'ENOENT') return undefined;
  const { exitCode = -1, stdout, stderr, shortMessage } = ended;
  return { code: exitCode, stdout, stderr: exitCode === -1 ? `${shortMessage ?? stderr}` : stderr };
};
