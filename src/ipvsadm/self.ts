import type { World } from '../process/world.ts';
import { EXIT } from './exit-codes.ts';

/** The options `-h` and `-v`: says what the program has to say of itself. The texts are loaded when needed. */
export async function showSelf(kind: 'help' | 'version', world: World): Promise<number> {
  const { renderSelf } = await import(/* apart */ './usage.ts');
  world.stdout.write(renderSelf(kind, world.programName, world.version()));
  return EXIT.ok;
}
