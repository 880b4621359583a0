import type { Command } from 'commander';
import type { Target } from '../../plan/host/target.ts';
import { type RealServerValues, readRealServers } from '../../syntax/target/realserver.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { parseHostAddress, parseVips } from '../../syntax/words.ts';
import { addHostOptions, hostOptions } from '../host-options.ts';
import { down, status, up } from '../prepare.ts';
import { subcommand } from '../subcommand.ts';
import { addCommand } from '../words.ts';

const ROLE = 'realserver';

type Values = RealServerValues & Record<string, unknown>;

/** Makes this host a real server of a virtual service, checks it, or puts it back as it was. */
export const run = subcommand({
  name: ROLE,
  summary: 'Prepares this host as a real server of Linux Virtual Server.',
  define(program, world, perform) {
    const prepared = addTarget(addCommand(program, 'up', 'prepare this host; again and again if you like'));
    perform(addHostOptions(prepared, 'up'), (values: Values) =>
      up(ROLE, targets(values), hostOptions(values), world),
    );
    const undone = addNames(addCommand(program, 'down', 'put back what was there before'));
    perform(addHostOptions(undone, 'down'), (values: Values) =>
      down(ROLE, names(values), hostOptions(values), world),
    );
    const asked = addTarget(addCommand(program, 'status', 'tell whether this host is prepared'));
    perform(addHostOptions(asked, 'status'), (values: Values) => {
      const given = values.mode === undefined ? undefined : targets(values);
      if (!given && names(values).length > 0) {
        throw new UsageError('--mode is needed with --vip or --director');
      }
      return status(ROLE, given, hostOptions(values), world);
    });
  },
});

function addTarget(command: Command): Command {
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
    .option('--set-gateway', 'send replies through the director (nat); otherwise that is only checked')
    .option('--also-director', 'this host is the director of the VIP too, always or by turns (dr)');
}

function addNames(command: Command): Command {
  return command
    .option('--vip <address,…>', 'only these virtual addresses')
    .option('--director <address>', 'only this director (nat)');
}

function targets(values: RealServerValues): Target[] {
  return readRealServers(values).map((server) => ({ role: ROLE, server }));
}

function names({ vip, director }: RealServerValues): string[] {
  return [
    ...(vip === undefined ? [] : parseVips(vip)),
    ...(director === undefined ? [] : [parseHostAddress(director, '--director')]),
  ].map((address) => `${ROLE} ${address}`);
}
