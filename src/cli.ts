import { isSubcommand, SUBCOMMANDS } from './commands/index.ts';
import { processWorld } from './process/process-world.ts';
import { ownName, type World } from './process/world.ts';

/** Exit code for a defect of the program (EX_SOFTWARE of sysexits.h). */
const DEFECT = 70;

/**
 * The executables' entry. What a program does goes by the name that it is called by: `…-save` and `…-restore` are
 * programs of their own, and `ipvsadm…`, through a link, is taken at its word. Otherwise a first word that is a
 * subcommand's name makes it that; everything else is ipvsadm's command line. Sets the process's exit code.
 */
export async function main(): Promise<void> {
  const world = processWorld();
  process.once('uncaughtException', (error) => {
    world.stderr.write(`${world.programName}: internal error: ${String(error).replace(/\s+/g, ' ')}\n`);
    // Nothing that is still under way can be relied on.
    process.exit(DEFECT);
  });
  process.exitCode = await runProgram(process.argv.slice(2), world);
}

export async function runProgram(words: readonly string[], world: World): Promise<number> {
  if (world.programName.endsWith('-save')) {
    return (await import('./ipvsadm/scripts.ts')).runSave(words, world);
  }
  if (world.programName.endsWith('-restore')) {
    return (await import('./ipvsadm/scripts.ts')).runRestore(words, world);
  }
  const [first, ...others] = words;
  if (ownName(world) !== undefined) {
    if (isSubcommand(first)) return (await SUBCOMMANDS[first]()).run(others, world);
    if (first !== undefined && /^[a-z][a-z-]+$/.test(first)) {
      return (await import(/* apart */ './commands/unknown.ts')).refuseUnknown(first, world);
    }
  }
  return (await import('./ipvsadm/run.ts')).runIpvsadm(words, world);
}
