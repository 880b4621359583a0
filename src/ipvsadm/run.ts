import { IpvsError } from '../ipvs/errors.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { World } from '../process/world.ts';
import { EXIT, refusalExitCode } from './exit-codes.ts';
import { newReader } from './reader.ts';
import { showSelf } from './self.ts';
import { openKernel } from './startup.ts';

/**
 * One run of the compatible command line: `words` are the arguments without the program's name, the exit code comes
 * back. It touches nothing but `world`, and never rejects: what nobody foresaw is one line on standard error.
 */
export async function runIpvsadm(words: readonly string[], world: World): Promise<number> {
  try {
    return await run(words, world);
  } catch (error) {
    const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');
    const foreseeable = error instanceof IpvsError || (error instanceof Error && 'syscall' in error);
    world.stderr.write(`${world.programName}: ${foreseeable ? '' : 'internal error: '}${text}\n`);
    return foreseeable ? EXIT.failed : EXIT.internal;
  }
}

async function run(words: readonly string[], world: World): Promise<number> {
  const line = await newReader(world)(words);
  if (line.kind === 'refusal') {
    world.stderr.write(line.text);
    return refusalExitCode(line.cause);
  }
  const { command } = line;
  switch (command.kind) {
    case 'help':
    case 'version':
      return showSelf(command.kind, world);
    case 'restore':
      return command.checkFirst ? restoreChecked(world) : restoreFrom(world.stdin, world);
    default: {
      const { execute } = await import('./execute.ts');
      return withKernel(world, (kernel) => execute(command, kernel, world));
    }
  }
}

async function restoreFrom(input: World['stdin'], world: World): Promise<number> {
  const { restore } = await import('./restore.ts');
  return withKernel(world, (kernel) => restore(kernel, world, input));
}

/** Restores only if every line can be; otherwise names those that cannot, and touches nothing. */
async function restoreChecked(world: World): Promise<number> {
  const { checkLines } = await import('./restore-check.ts');
  const { readText, textInput } = await import('./lines.ts');
  const text = await readText(world.stdin);
  return (await checkLines(text.split('\n'), world)) ? restoreFrom(textInput(text), world) : EXIT.refused;
}

async function withKernel(world: World, task: (kernel: Kernel) => Promise<number>): Promise<number> {
  const kernel = await openKernel(world);
  if (!kernel) return EXIT.refused;
  try {
    return await task(kernel);
  } finally {
    await kernel.close();
  }
}
