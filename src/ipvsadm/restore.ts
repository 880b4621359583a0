import { CHECKED } from '../ipvs/checked.ts';
import type { Kernel } from '../ipvs/kernel.ts';
import type { Change } from '../model/change.ts';
import { newProgress, newTimedProgress } from '../process/progress.ts';
import { ownName, type World } from '../process/world.ts';
import { usageRefusal } from '../syntax/ipvsadm/refusal.ts';
import { execute } from './execute.ts';
import { EXIT, refusalExitCode } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { isDoubtful } from './fullnat.ts';
import { type Input, linesOf, wordsOf } from './lines.ts';
import { newReader, type ReadLine } from './reader.ts';
import { showSelf } from './self.ts';

/** The most changes that are sent at once. */
const BATCH_SIZE = 200;

/**
 * Carries out the lines of `input`, each of which is a command line of its own. A refused value ends it, an unknown
 * option or a change that the kernel refuses does not; the exit code is that of the last line that was carried out.
 * Changes that have arrived together are sent together, and always before anything is printed.
 */
export async function restore(kernel: Kernel, caller: World, input: Input): Promise<number> {
  // Asking takes a program's start, and no line changes the answer.
  let localAddresses: ReturnType<World['localAddresses']> | undefined;
  const world: World = { ...caller, localAddresses: () => (localAddresses ??= caller.localAddresses()) };
  const read = newReader(world);
  let pending: Change[] = [];
  let exitCode: number = EXIT.ok;
  // A drop-in has nothing to say but what ipvsadm says.
  const progress = ownName(world) === undefined ? undefined : newProgress(world);
  const showDone = progress && newTimedProgress(progress);
  let done = 0;

  const send = async (): Promise<void> => {
    if (pending.length === 0) return;
    const changes = pending;
    pending = [];
    const failures = await kernel.batch(changes, { [CHECKED]: true });
    done += changes.length;
    showDone?.(() => `${done} rules`);
    if (failures.length > 0) progress?.end();
    for (const { error } of failures) world.stderr.write(`${failureText(error)}\n`);
    exitCode = failures.at(-1)?.index === changes.length - 1 ? EXIT.failed : EXIT.ok;
  };

  /** Carries out a line. Returns true when it is the last one to be read. */
  const take = async (line: ReadLine): Promise<boolean> => {
    progress?.end();
    if (line.kind === 'refusal') {
      world.stderr.write(line.text);
      exitCode = refusalExitCode(line.cause);
      return line.cause !== 'option';
    }
    const { command } = line;
    switch (command.kind) {
      case 'help':
      case 'version':
        exitCode = await showSelf(command.kind, world);
        return true;
      case 'restore':
        return take(usageRefusal(world.programName));
      default:
        exitCode = await execute(command, kernel, world);
        return exitCode === EXIT.unreadable;
    }
  };

  try {
    for await (const lines of linesOf(input)) {
      for (const text of lines) {
        const words = wordsOf(text, ownName(world));
        if (words.length === 0) continue;
        const parsed = read(words);
        const line = parsed instanceof Promise ? await parsed : parsed;
        const change = line.kind === 'command' && line.command.kind === 'change' && line.command.change;
        if (change && !isDoubtful(change, world)) {
          pending.push(change);
          if (pending.length === BATCH_SIZE) await send();
        } else {
          await send();
          if (await take(line)) return exitCode;
        }
      }
      await send();
    }
  } finally {
    progress?.end();
  }
  return exitCode;
}
