import type { Command } from 'commander';
import type { World } from '../../process/world.ts';
import { down } from '../down.ts';
import { EXIT } from '../exit-codes.ts';
import { tellFailure } from '../failure.ts';
import { UsageError } from '../role.ts';
import { up } from '../up.ts';
import { addCommand, addCommonOptions, commonOptions, newCommand, runCommand } from '../words.ts';
import { list } from './list.ts';
import { NAME, ownerOf, ROLE, target } from './role.ts';
import { status } from './status.ts';
import { addPoolOptions, addServiceOptions, parseFullnat, parseService, type Values } from './words.ts';

/** Gives services of this director local addresses, which real servers see in the place of clients'; or takes them away. */
export async function run(words: readonly string[], world: World): Promise<number> {
  let code: number = EXIT.ok;
  const program = newCommand(
    `lvsadm ${NAME}`,
    'FULLNAT: real servers anywhere, which see addresses of this director.',
  );
  const does = (command: Command, act: (values: Values & Record<string, unknown>) => Promise<number>) =>
    command.action(async (values) => {
      code = await act(values);
    });

  const enable = addPoolOptions(
    addServiceOptions(
      addCommand(program, 'enable', 'translate clients’ addresses of a service, or change to what'),
    ),
  ).alias('up');
  enable.option('--take-over', 'take local addresses although another host answers for them');
  does(addCommonOptions(enable, 'up'), (values) =>
    up(ROLE, [target(parseFullnat(values))], commonOptions(values), world),
  );
  const disable = addServiceOptions(
    addCommand(program, 'disable', 'no longer, for a service or for all; live connections end by themselves'),
  ).alias('down');
  disable.option('--now', 'do not care for live connections');
  disable.option('--wait <seconds>', 'wait so long for them to end');
  does(addCommonOptions(disable, 'down'), (values) => {
    if (values.wait !== undefined && !/^[0-9]{1,6}$/.test(String(values.wait))) {
      throw new UsageError(`--wait: '${values.wait}' is not a number of seconds`);
    }
    return down(ROLE, names(values), commonOptions(values), world);
  });
  does(
    addCommonOptions(addCommand(program, 'list', 'services and their local addresses'), 'status'),
    (values) => list(commonOptions(values), world),
  );
  does(
    addCommonOptions(
      addServiceOptions(addCommand(program, 'status', 'tell whether all is there, and how full it is')),
      'status',
    ),
    (values) => status(names(values), commonOptions(values), world),
  );
  try {
    await runCommand(program, words, world);
    return code;
  } catch (error) {
    const command = [NAME, words[0]].filter((word) => word && !word.startsWith('-')).join(' ');
    return tellFailure(world, command, error);
  }
}

export { ROLE };

function names(values: Values): string[] {
  const service = parseService(values);
  return service ? [ownerOf(service)] : [];
}
