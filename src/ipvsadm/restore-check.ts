import { ownName, type World } from '../process/world.ts';
import { wordsOf } from './lines.ts';
import { newReader, type ReadLine } from './reader.ts';

/**
 * Reads every line that is to be restored and carries out none. Says which ones cannot be, counted from 1, and
 * returns whether all can.
 */
export async function checkLines(lines: readonly string[], world: World): Promise<boolean> {
  const read = newReader(world);
  let good = true;
  for (const [index, line] of lines.entries()) {
    const words = wordsOf(line, ownName(world));
    if (words.length === 0) continue;
    const complaint = complaintAbout(await read(words));
    if (complaint === undefined) continue;
    world.stderr.write(`${world.programName}: line ${index + 1}: ${complaint}\n`);
    good = false;
  }
  if (!good) world.stderr.write(`${world.programName}: nothing was changed\n`);
  return good;
}

function complaintAbout(line: ReadLine): string | undefined {
  if (line.kind === 'command') {
    return line.command.kind === 'restore' ? 'a restore cannot begin another one' : undefined;
  }
  return line.cause === 'usage' ? 'does not begin with a command' : line.text.trimEnd();
}
