import { findDestination, formatNamed, whileLocked } from '../../actions/table/destination.ts';
import { ramp } from '../../actions/table/ramp.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import { MAX_WEIGHT } from '../../model/destination.ts';
import { renderJson } from '../../output/json.ts';
import type { NamedDestination } from '../../plan/table/report.ts';
import { newProgress } from '../../process/progress.ts';
import type { World } from '../../process/world.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import {
  addDestinationOptions,
  type DestinationValues,
  readNamed,
  readTime,
  showWeight,
} from '../destination-words.ts';
import { addDryRun, refuseExitCodeAlone } from '../dry-run.ts';
import { EXIT } from '../exit-codes.ts';
import { withKernel } from '../kernel.ts';
import { subcommand } from '../subcommand.ts';

interface Values extends DestinationValues {
  readonly to?: string;
  readonly over: string;
  readonly json?: boolean;
}

/** Leads the weight of a destination to another one in small steps, so that a cold server can warm up. */
export const run = subcommand({
  name: 'ramp',
  summary: 'Changes the weight of a real server slowly.',
  define(program, world, perform) {
    addDryRun(
      addDestinationOptions(program)
        .option('--to <weight>', 'the weight in the end')
        .option('--over <time>', 'how long it takes: 60, 60s, 5m', '60s')
        .option('--json', 'print one JSON document'),
    );
    perform(program, (values: Values) => {
      const [named, to, seconds] = [
        readNamed(values),
        readWeight(values.to),
        readTime(values.over, '--over'),
      ];
      refuseExitCodeAlone(values);
      return withKernel(world, async (kernel) => {
        if (values.dryRun) return showWeight(await findDestination(kernel, named), named, to, values, world);
        return carryOut(kernel, named, to, seconds, values.json === true, world);
      });
    });
  },
});

function readWeight(text: string | undefined): number {
  if (text === undefined) throw new UsageError('--to is missing: the weight in the end');
  const weight = /^\d{1,10}$/.test(text) ? Number(text) : MAX_WEIGHT + 1;
  if (weight > MAX_WEIGHT) throw new UsageError(`--to: '${text}' is not a weight from 0 to ${MAX_WEIGHT}`);
  return weight;
}

async function carryOut(
  kernel: Kernel,
  named: NamedDestination,
  to: number,
  seconds: number,
  json: boolean,
  world: World,
): Promise<number> {
  const name = formatNamed(named);
  const progress = newProgress(world);
  const interrupt = world.interrupt();
  try {
    const report = await ramp(kernel, named, {
      to,
      seconds,
      clock: world.clock,
      signal: interrupt.signal,
      exclusively: (task) => whileLocked(task, world.takeLock),
      onWeight: (weight, from) =>
        progress.show(`${name}: weight ${weight}, on the way from ${from} to ${to}`),
    });
    progress.end();
    const { from, weight, interrupted } = report;
    if (json) world.stdout.write(renderJson(report));
    else if (!interrupted) world.stdout.write(`${name} has weight ${to} (before: ${from})\n`);
    if (!interrupted) return EXIT.ok;
    world.stderr.write(`lvsadm ramp: interrupted; ${name} stays at weight ${weight} (before: ${from})\n`);
    return EXIT.interrupted;
  } finally {
    progress.end();
    interrupt.dispose();
  }
}
