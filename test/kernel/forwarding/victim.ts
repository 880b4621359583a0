import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import { type Machine, openMachine } from '../../../src/host/machine.ts';

// Runs a subcommand and kills itself, as `kill -9` would, at one moment of it. Words: the number of the act, `before`
// or `after` it, then the subcommand's own. An act is recorded before it is done, so `before` is after the record.

const [number, moment, name, ...words] = process.argv.slice(2);
let acts = 0;

function openDoomed(): Machine {
  const machine = openMachine();
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

const { run } = await SUBCOMMANDS[name!]!();
const { stdout, stderr } = process;
process.exitCode = await run(words, { stdout, stderr, openMachine: openDoomed });
