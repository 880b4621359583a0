import { Command } from 'commander';

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
