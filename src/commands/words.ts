import { Command, Option } from 'commander';
import { type Address, familyOf, parseAddress } from '../model/address.ts';
import { MAX_PORT } from '../model/endpoint.ts';
import { type CommonOptions, UsageError } from './role.ts';

/** A command whose parser neither ends the process nor writes: it throws. */
export function newCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} });
}

/** A command under `parent`, with the same manners. */
export function addCommand(parent: Command, name: string, summary: string): Command {
  const command = newCommand(name, summary);
  parent.addCommand(command);
  return command;
}

export function addCommonOptions(command: Command, acts: 'up' | 'down' | 'status'): Command {
  command.option('--json', 'print one JSON document');
  command.addOption(
    new Option('--state-dir <folder>', 'keep the record of changes there (default /run/lvsadm)'),
  );
  if (acts === 'status') return command;
  return command
    .option('--dry-run', 'show what would be done, and do nothing')
    .option('--exit-code', 'with --dry-run: exit with 3 when there is something to do')
    .option('--persist', acts === 'up' ? 'do the same at every boot' : 'and no longer at boot')
    .option('--root <folder>', 'with --persist: put the files under a folder; this host is not touched');
}

/** What commander read of the options that all have. Throws a UsageError. */
export function commonOptions(values: Record<string, unknown>): CommonOptions {
  const { root, stateDir } = values as { root?: string; stateDir?: string };
  const options = {
    dryRun: values.dryRun === true,
    exitCode: values.exitCode === true,
    json: values.json === true,
    persist: values.persist === true,
    takeOver: values.takeOver === true,
    now: values.now === true,
    wait: Number(values.wait ?? 0),
    root,
    stateDir,
  };
  if (root !== undefined && !options.persist) throw new UsageError('--root goes with --persist');
  if (options.exitCode && !options.dryRun) throw new UsageError('--exit-code goes with --dry-run');
  if (options.persist && options.dryRun) throw new UsageError('--persist and --dry-run exclude each other');
  return options;
}

/** `VIP[,VIP…]`, each with or without `/32` or `/128`. Throws a UsageError. */
export function parseVips(text: string): Address[] {
  const vips = text.split(',').map((word) => parseHostAddress(word, '--vip'));
  const twice = vips.find((vip, index) => vips.indexOf(vip) !== index);
  if (twice !== undefined) throw new UsageError(`--vip names ${twice} twice`);
  return vips;
}

/** One address that a host can have. Throws a UsageError. */
export function parseHostAddress(text: string, option: string): Address {
  const [word = '', prefix, ...rest] = text.split('/');
  const address = parseAddress(word);
  if (address === undefined || rest.length > 0)
    throw new UsageError(`${option}: '${text}' is not an IP address`);
  const whole = familyOf(address) === 'inet' ? '32' : '128';
  if (prefix !== undefined && prefix !== whole) {
    throw new UsageError(`${option}: '${text}' must be one address: /${whole}, or no prefix length`);
  }
  if (!isUnicast(address))
    throw new UsageError(`${option}: '${text}' is not an address that a host can have`);
  return address;
}

function isUnicast(address: Address): boolean {
  if (familyOf(address) === 'inet6') {
    return address !== '::' && address !== '::1' && !/^ff/.test(address) && !address.startsWith('::ffff:');
  }
  const first = Number(address.split('.')[0]);
  return first > 0 && first < 224 && first !== 127;
}

export function parseChoice<T extends string>(text: string, option: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`${option}: '${text}' is none of ${choices.join(', ')}`);
  return found;
}

export function parsePort(text: string, option: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > MAX_PORT) throw new UsageError(`${option}: '${text}' is not a port`);
  return port;
}

/** A device's name as the kernel allows it. It becomes a part of a path. */
export function parseDevice(text: string, option: string): string {
  if (!/^[^\s/:]{1,15}$/.test(text) || text === '.' || text === '..') {
    throw new UsageError(`${option}: '${text}' is not a device's name`);
  }
  return text;
}
