import type { Command } from 'commander';
import type { Network } from '../../model/network.ts';
import { SCHEDULERS } from '../../model/scheduler.ts';
import { adviseDirector } from '../../plan/host/advice.ts';
import { type Director, planDirector } from '../../plan/host/director.ts';
import { imageNetwork } from '../../plan/host/image.ts';
import { down } from '../down.ts';
import { type Role, type Target, UsageError } from '../role.ts';
import { status } from '../status.ts';
import { subcommand } from '../subcommand.ts';
import { up } from '../up.ts';
import {
  addCommand,
  addCommonOptions,
  commonOptions,
  newCommand,
  parseChoice,
  parseDevice,
  parseVips,
} from '../words.ts';

const NAME = 'director';

interface Values {
  readonly mode?: string;
  readonly vip?: string;
  readonly device?: string;
  readonly scheduler?: string;
  readonly oneLan?: boolean;
}

/** Makes this host the director of a virtual address, checks it, or puts it back as it was. */
export const run = subcommand({
  name: NAME,
  summary: 'Prepares this host as a director of Linux Virtual Server.',
  define(program, world, perform) {
    const upCommand = addTargetOptions(
      addCommand(program, 'up', 'prepare this host; again and again if you like'),
    );
    upCommand.option('--take-over', 'take the VIP although another host answers for it');
    perform(addCommonOptions(upCommand, 'up'), (values: Values & Record<string, unknown>) =>
      up(ROLE, targets(values), commonOptions(values), world),
    );
    const downCommand = addCommand(program, 'down', 'put back what was there before');
    downCommand.option('--vip <address,…>', 'only these virtual addresses');
    perform(addCommonOptions(downCommand, 'down'), (values: Values & Record<string, unknown>) =>
      down(ROLE, names(values), commonOptions(values), world),
    );
    const statusCommand = addTargetOptions(
      addCommand(program, 'status', 'tell whether this host is prepared'),
    );
    perform(addCommonOptions(statusCommand, 'status'), (values: Values & Record<string, unknown>) => {
      const given = values.mode === undefined ? undefined : targets(values);
      if (!given && names(values).length > 0)
        throw new UsageError('--mode and --device are needed with --vip');
      return status(ROLE, given, commonOptions(values), world);
    });
  },
});

export const ROLE: Role = {
  name: NAME,
  targets(words) {
    const command = addTargetOptions(newCommand('up', ''));
    command.parse([...words], { from: 'user' });
    return targets(command.opts<Values>());
  },
};

function addTargetOptions(command: Command): Command {
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

function names({ vip }: Values): string[] {
  return vip === undefined ? [] : parseVips(vip).map((address) => `${NAME} ${address}`);
}

function targets(values: Values): Target[] {
  if (values.vip === undefined) throw new UsageError('--vip is missing: the virtual address');
  if (values.device === undefined)
    throw new UsageError('--device is missing: the one that faces the clients');
  if (values.mode === undefined) throw new UsageError('--mode is missing: nat, dr or tun');
  const mode = parseChoice(values.mode, '--mode', ['nat', 'dr', 'tun']);
  if (values.oneLan && mode !== 'nat') throw new UsageError('--one-lan goes with --mode nat');
  const device = parseDevice(values.device, '--device');
  const schedulers = (values.scheduler ?? 'wlc').split(',').map(parseScheduler);
  const oneLan = values.oneLan === true;
  return parseVips(values.vip).map((vip) => target({ vip, device, mode, schedulers, oneLan }));
}

function parseScheduler(text: string): string {
  if (!/^[a-z0-9_]{1,15}$/.test(text)) {
    throw new UsageError(`--scheduler: '${text}' is no scheduler's name, such as ${SCHEDULERS.join(', ')}`);
  }
  return text;
}

function target(director: Director): Target {
  const { vip, device, mode, schedulers, oneLan } = director;
  return {
    owner: `${NAME} ${vip}`,
    words: [
      ...['--vip', vip, '--device', device, '--mode', mode, '--scheduler', schedulers.join(',')],
      ...(oneLan ? ['--one-lan'] : []),
    ],
    plan: (network: Network) => planDirector(director, network),
    planImage: () =>
      planDirector(director, imageNetwork({ device, resolves: true })).filter(
        // How many devices there will be is not known.
        ({ setting }) => oneLan || setting.kind !== 'sysctl' || !setting.path.endsWith('/send_redirects'),
      ),
    advice: () => adviseDirector(director),
    claims: () => [{ device, address: vip }],
  };
}
