import { type Command, Option } from 'commander';
import { UsageError } from '../syntax/usage-error.ts';
import { addDryRun, refuseExitCodeAlone } from './dry-run.ts';

/** Options of all commands that prepare this host. */
export interface HostOptions {
  readonly dryRun: boolean;
  readonly exitCode: boolean;
  readonly json: boolean;
  readonly persist: boolean;
  /** A folder that is to become a host's root: files only, this host is not touched. */
  readonly root: string | undefined;
  readonly stateDir: string | undefined;
  /** Take an address although another host answers for it. */
  readonly takeOver: boolean;
  /** Do not wait for live connections to end. */
  readonly now: boolean;
  /** Leave forwarding on. */
  readonly keepForwarding: boolean;
  /** Seconds to wait for them. */
  readonly wait: number;
}

export function addHostOptions(command: Command, acts: 'up' | 'down' | 'status'): Command {
  command.option('--json', 'print one JSON document');
  command.addOption(
    new Option('--state-dir <folder>', 'keep the record of changes there (default /run/lvsadm)'),
  );
  if (acts === 'status') return command;
  return addDryRun(command)
    .addOption(
      new Option(
        '--persist',
        acts === 'up' ? 'do the same at every boot' : 'and no longer at boot',
      ).conflicts('dryRun'),
    )
    .option('--root <folder>', 'with --persist: put the files under a folder; this host is not touched');
}

/** What commander read of the options that all have. Throws a UsageError. */
export function hostOptions(values: Record<string, unknown>): HostOptions {
  const { root, stateDir } = values as { root?: string; stateDir?: string };
  const options = {
    dryRun: values.dryRun === true,
    exitCode: values.exitCode === true,
    json: values.json === true,
    persist: values.persist === true,
    takeOver: values.takeOver === true,
    now: values.now === true,
    keepForwarding: values.keepForwarding === true,
    wait: Number(values.wait ?? 0),
    root,
    stateDir,
  };
  if (root !== undefined && !options.persist) throw new UsageError('--root goes with --persist');
  refuseExitCodeAlone(options);
  return options;
}
