import { findHostNames } from '../../src/host/names.ts';
import { runIpvsadm } from '../../src/ipvsadm/run.ts';
import type { Address } from '../../src/model/address.ts';
import { processWorld } from '../../src/process/process-world.ts';
import type { Names, World } from '../../src/process/world.ts';
import type { Outcome, Step } from './sequence.ts';

/** Milliseconds for names to be found: starting processes may take long in a busy lab. */
const PATIENCE = 60_000;

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
    findNames,
    stdin: toStream(stdin),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    ...changes,
  });
  return { stdout, stderr, code };
}

async function findNames(addresses: ReadonlySet<Address>): Promise<Names> {
  const { port } = await processWorld().findNames(new Set());
  const hosts = await findHostNames(addresses, PATIENCE);
  return { port, host: (address) => hosts.get(address) };
}

async function* toStream(text: string): AsyncGenerator<string> {
  yield text;
}
