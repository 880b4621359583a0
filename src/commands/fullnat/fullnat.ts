import { down } from '../down.ts';
import { UsageError } from '../role.ts';
import { subcommand } from '../subcommand.ts';
import { up } from '../up.ts';
import { addCommand, addCommonOptions, commonOptions } from '../words.ts';
import { list } from './list.ts';
import { NAME, ownerOf, ROLE, target } from './role.ts';
import { status } from './status.ts';
import { addPoolOptions, addServiceOptions, parseFullnat, parseService, type Values } from './words.ts';

type Given = Values & Record<string, unknown>;

/** Gives services of this director local addresses, which real servers see in the place of clients'; or takes them away. */
export const run = subcommand({
  name: NAME,
  summary: 'FULLNAT: real servers anywhere, which see addresses of this director.',
  define(program, world, perform) {
    const enable = addPoolOptions(
      addServiceOptions(
        addCommand(program, 'enable', 'translate clients’ addresses of a service, or change to what'),
      ),
    ).alias('up');
    enable.option('--take-over', 'take local addresses although another host answers for them');
    perform(addCommonOptions(enable, 'up'), (values: Given) =>
      up(ROLE, [target(parseFullnat(values))], commonOptions(values), world),
    );
    const disable = addServiceOptions(
      addCommand(
        program,
        'disable',
        'no longer, for a service or for all; live connections end by themselves',
      ),
    ).alias('down');
    disable.option('--now', 'do not care for live connections');
    disable.option('--wait <seconds>', 'wait so long for them to end');
    perform(addCommonOptions(disable, 'down'), (values: Given) => {
      if (values.wait !== undefined && !/^[0-9]{1,6}$/.test(String(values.wait))) {
        throw new UsageError(`--wait: '${values.wait}' is not a number of seconds`);
      }
      return down(ROLE, names(values), commonOptions(values), world);
    });
    perform(
      addCommonOptions(addCommand(program, 'list', 'services and their local addresses'), 'status'),
      (values: Given) => list(commonOptions(values), world),
    );
    perform(
      addCommonOptions(
        addServiceOptions(addCommand(program, 'status', 'tell whether all is there, and how full it is')),
        'status',
      ),
      (values: Given) => status(names(values), commonOptions(values), world),
    );
  },
});

export { ROLE };

function names(values: Values): string[] {
  const service = parseService(values);
  return service ? [ownerOf(service)] : [];
}
