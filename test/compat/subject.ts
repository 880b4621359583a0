import { processWorld } from '../../src/commands/process-world.ts';
import { runIpvsadm } from '../../src/ipvsadm/run.ts';
import type { World } from '../../src/ipvsadm/world.ts';
import type { Outcome, Step } from './sequence.ts';

/** Our program under ipvsadm's name, in this process, on this machine; only its streams are not the process's. */
export async function runOurs(
  { words, stdin = '', environment = {} }: Step,
  changes: Partial<World> = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const code = await runIpvsadm(words, {
    ...processWorld(),
    programName: 'ipvsadm',
    environment,
    stdin: toStream(stdin),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    ...changes,
  });
  return { stdout, stderr, code };
}

async function* toStream(text: string): AsyncGenerator<string> {
  yield text;
}
