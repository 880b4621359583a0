import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { type Host, openHost } from '../../../src/host/host.ts';
import { processWorld } from '../../../src/process/process-world.ts';
import type { SubcommandName } from '../../../src/syntax/subcommands.ts';

// Runs a subcommand and kills itself, as `kill -9` would, at one moment of it. Words: the number of the act, `before`
// or `after` it, then the subcommand's own. An act is recorded before it is done, so `before` is after the record.

const [number, moment, name, ...words] = process.argv.slice(2);
let acts = 0;

function openDoomed(): Host {
  const machine = openHost();
  return {
    ...machine,
    async put(setting, state) {
      acts += 1;
      const doomed = acts === Number(number);
      if (doomed && moment === 'before') process.kill(process.pid, 'SIGKILL');
      await machine.put(setting, state);
      if (doomed && moment === 'after') process.kill(process.pid, 'SIGKILL');
    },
  };
}

const { run } = await SUBCOMMANDS[name as SubcommandName]();
process.exitCode = await run(words, {
  ...processWorld(),
  programName: 'lvsadm',
  openHost: async () => openDoomed(),
});
