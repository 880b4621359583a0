import type { Command } from 'commander';
import type { Target } from '../../plan/host/target.ts';
import { type DirectorValues, readDirectors } from '../../syntax/target/director.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { parseVips } from '../../syntax/words.ts';
import { addHostOptions, hostOptions } from '../host-options.ts';
import { down, status, up } from '../prepare.ts';
import { subcommand } from '../subcommand.ts';
import { addCommand } from '../words.ts';

const ROLE = 'director';

type Values = DirectorValues & Record<string, unknown>;

/** Makes this host the director of a virtual address, checks it, or puts it back as it was. */
export const run = subcommand({
  name: ROLE,
  summary: 'Prepares this host as a director of Linux Virtual Server.',
  define(program, world, perform) {
    const prepared = addTarget(
      addCommand(program, 'up', 'prepare this host; again and again if you like'),
    ).option('--take-over', 'take the VIP although another host answers for it');
    perform(addHostOptions(prepared, 'up'), (values: Values) =>
      up(ROLE, targets(values), hostOptions(values), world),
    );
    const undone = addCommand(program, 'down', 'put back what was there before')
      .option('--vip <address,…>', 'only these virtual addresses')
      .option('--keep-forwarding', 'leave ip_forward on, for others who rely on it now');
    perform(addHostOptions(undone, 'down'), (values: Values) =>
      down(ROLE, names(values), hostOptions(values), world),
    );
    const asked = addTarget(addCommand(program, 'status', 'tell whether this host is prepared'));
    perform(addHostOptions(asked, 'status'), (values: Values) => {
      const given = values.mode === undefined ? undefined : targets(values);
      if (!given && names(values).length > 0) {
        throw new UsageError('--mode and --device are needed with --vip');
      }
      return status(ROLE, given, hostOptions(values), world);
    });
  },
});

function addTarget(command: Command): Command {
  return command
    .option('--vip <address,…>', 'virtual addresses')
    .option('--device <name>', 'the device that faces the clients')
    .option('--mode <mode>', 'how packets are forwarded: nat, dr or tun')
    .option('--scheduler <name,…>', 'schedulers to have ready (default wlc)')
    .option(
      '--one-lan',
      'clients and real servers share a network (nat; told by itself with a single device)',
    );
}

function targets(values: DirectorValues): Target[] {
  return readDirectors(values).map((director) => ({ role: ROLE, director }));
}

function names({ vip }: DirectorValues): string[] {
  return vip === undefined ? [] : parseVips(vip).map((address) => `${ROLE} ${address}`);
}
