/** What a program left behind when it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program's own work cannot be waited for without end. */
const TIME_LIMIT = 30_000;
/** An ordinary user's PATH often lacks the folders of administration. */
const PLACES = '/usr/sbin:/sbin:/usr/bin:/bin';

/**
 * Runs a program with words, never a shell, and text for its standard input. Resolves to `undefined` when there is no
 * such program. The only door to execa, which is loaded at the first use.
 */
export async function run(
  program: string,
  words: readonly string[],
  input: string = '',
): Promise<Ended | undefined> {
  const { execa } = await import('execa');
  const ended = await execa(program, [...words], {
    input,
    reject: false,
    timeout: TIME_LIMIT,
    stripFinalNewline: false,
    env: { LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:${PLACES}` },
  });
  if (ended.code === 'ENOENT') return undefined;
  const { exitCode = -1, stdout, stderr, shortMessage } = ended;
  return { code: exitCode, stdout, stderr: exitCode === -1 ? `${shortMessage ?? stderr}` : stderr };
}
