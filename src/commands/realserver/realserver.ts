import type { Command } from 'commander';
import type { Address } from '../../model/address.ts';
import { TUNNEL_TYPES } from '../../model/destination.ts';
import type { Network } from '../../model/network.ts';
import type { Need } from '../../model/setting.ts';
import { adviseRealServer } from '../../plan/host/advice.ts';
import { imageNetwork } from '../../plan/host/image.ts';
import { planRealServer, type RealServer } from '../../plan/host/realserver.ts';
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
  parseHostAddress,
  parsePort,
  parseVips,
} from '../words.ts';

const NAME = 'realserver';

interface Values {
  readonly mode?: string;
  readonly vip?: string;
  readonly device?: string;
  readonly tunnel?: string;
  readonly tunPort?: string;
  readonly rip?: string;
  readonly director?: string;
  readonly setGateway?: boolean;
}

/** Makes this host a real server of a virtual service, checks it, or puts it back as it was. */
export const run = subcommand({
  name: NAME,
  summary: 'Prepares this host as a real server of Linux Virtual Server.',
  define(program, world, perform) {
    const upCommand = addTargetOptions(
      addCommand(program, 'up', 'prepare this host; again and again if you like'),
    );
    perform(addCommonOptions(upCommand, 'up'), (values: Values & Record<string, unknown>) =>
      up(ROLE, targets(values), commonOptions(values), world),
    );
    const downCommand = addNames(addCommand(program, 'down', 'put back what was there before'));
    perform(addCommonOptions(downCommand, 'down'), (values: Values & Record<string, unknown>) =>
      down(ROLE, names(values), commonOptions(values), world),
    );
    const statusCommand = addTargetOptions(
      addCommand(program, 'status', 'tell whether this host is prepared'),
    );
    perform(addCommonOptions(statusCommand, 'status'), (values: Values & Record<string, unknown>) => {
      const given = values.mode === undefined ? undefined : targets(values);
      if (!given && names(values).length > 0)
        throw new UsageError('--mode is needed with --vip or --director');
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
    .option('--mode <mode>', 'how the director forwards: dr, tun or nat')
    .option('--vip <address,…>', 'virtual addresses (dr, tun)')
    .option('--device <name>', 'where the VIP goes with dr (default lo)')
    .option('--tunnel <type>', 'ipip, gre or gue (tun; default ipip)')
    .option('--tun-port <port>', 'UDP port on which GUE arrives')
    .option(
      '--rip <address>',
      "this host's own address, as the director names it (tun; default family: the VIP's)",
    )
    .option('--director <address>', "the director's address on this host's network (nat)")
    .option('--set-gateway', 'send replies through the director (nat); otherwise that is only checked');
}

function addNames(command: Command): Command {
  return command
    .option('--vip <address,…>', 'only these virtual addresses')
    .option('--director <address>', 'only this director (nat)');
}

function names({ vip, director }: Values): string[] {
  return [
    ...(vip === undefined ? [] : parseVips(vip)),
    ...(director === undefined ? [] : [parseHostAddress(director, '--director')]),
  ].map((address) => `${NAME} ${address}`);
}

function targets(values: Values): Target[] {
  if (values.mode === undefined) throw new UsageError('--mode is missing: dr, tun or nat');
  const mode = parseChoice(values.mode, '--mode', ['dr', 'tun', 'nat']);
  refuseStrangers(mode, values);
  if (mode === 'nat') {
    if (values.director === undefined) throw new UsageError('--mode nat wants --director ADDRESS');
    const director = parseHostAddress(values.director, '--director');
    return [target({ mode, director, setGateway: values.setGateway === true }, director)];
  }
  if (values.vip === undefined) throw new UsageError(`--mode ${mode} wants --vip ADDRESS[,ADDRESS…]`);
  const vips = parseVips(values.vip);
  if (mode === 'dr') {
    const device = parseDevice(values.device ?? 'lo', '--device');
    return vips.map((vip) => target({ mode, vip, device }, vip));
  }
  const tunnel = parseChoice(values.tunnel ?? 'ipip', '--tunnel', TUNNEL_TYPES);
  if ((tunnel === 'gue') !== (values.tunPort !== undefined)) {
    throw new UsageError(
      tunnel === 'gue' ? '--tunnel gue wants --tun-port PORT' : '--tun-port goes with --tunnel gue',
    );
  }
  const port = values.tunPort === undefined ? {} : { port: parsePort(values.tunPort, '--tun-port') };
  const rip = values.rip === undefined ? {} : { rip: parseHostAddress(values.rip, '--rip') };
  return vips.map((vip) => target({ mode, vip, tunnel, ...port, ...rip }, vip));
}

const BELONGS: Readonly<Record<string, { readonly option: string; readonly modes: readonly string[] }>> = {
  vip: { option: '--vip', modes: ['dr', 'tun'] },
  device: { option: '--device', modes: ['dr'] },
  tunnel: { option: '--tunnel', modes: ['tun'] },
  tunPort: { option: '--tun-port', modes: ['tun'] },
  rip: { option: '--rip', modes: ['tun'] },
  director: { option: '--director', modes: ['nat'] },
  setGateway: { option: '--set-gateway', modes: ['nat'] },
};

function refuseStrangers(mode: string, values: Values): void {
  for (const [name, { option, modes }] of Object.entries(BELONGS)) {
    if (name in values && !modes.includes(mode))
      throw new UsageError(`${option} does not go with --mode ${mode}`);
  }
}

function target(server: RealServer, address: Address): Target {
  return {
    owner: `${NAME} ${address}`,
    words: formatWords(server),
    plan: (network: Network) => planRealServer(server, network),
    planImage: () => planImage(server),
    advice: (network: Network) => adviseRealServer(server, network),
  };
}

function planImage(server: RealServer): Need[] {
  switch (server.mode) {
    case 'nat':
      // Routes are not settings, and nothing else is needed.
      return [];
    case 'dr':
      return planRealServer(server, imageNetwork({ device: server.device }));
    case 'tun':
      return planRealServer(server, imageNetwork(server.rip === undefined ? {} : { address: server.rip }));
  }
}

function formatWords(server: RealServer): string[] {
  switch (server.mode) {
    case 'nat':
      return [
        '--mode',
        'nat',
        '--director',
        server.director,
        ...(server.setGateway ? ['--set-gateway'] : []),
      ];
    case 'dr':
      return ['--mode', 'dr', '--vip', server.vip, '--device', server.device];
    case 'tun': {
      const { vip, tunnel, port, rip } = server;
      const words = ['--mode', 'tun', '--vip', vip, '--tunnel', tunnel];
      if (port !== undefined) words.push('--tun-port', String(port));
      if (rip !== undefined) words.push('--rip', rip);
      return words;
    }
  }
}
