import type { Kernel } from '../../ipvs/kernel.ts';
import { MAX_WEIGHT } from '../../model/destination.ts';
import { renderJson } from '../../output/json.ts';
import { rampWeight } from '../../plan/table/ramp.ts';
import { newProgress } from '../../process/progress.ts';
import type { World } from '../../process/world.ts';
import { formatNamed, needDestination, setWeight, whileLocked } from '../destination-weight.ts';
import {
  addDestinationOptions,
  type DestinationValues,
  type Named,
  readNamed,
  readTime,
} from '../destination-words.ts';
import { EXIT } from '../exit-codes.ts';
import { MachineFailure } from '../failure.ts';
import { withKernel } from '../kernel.ts';
import { UsageError } from '../role.ts';
import { subcommand } from '../subcommand.ts';

interface Values extends DestinationValues {
  readonly to?: string;
  readonly over: string;
  readonly json?: boolean;
}

/** Milliseconds between two weights: often enough that a server feels no step, seldom enough to cost nothing. */
const PAUSE = 1000;

/** Leads the weight of a destination to another one in small steps, so that a cold server can warm up. */
export const run = subcommand({
  name: 'ramp',
  summary: 'Changes the weight of a real server slowly.',
  define(program, world, perform) {
    addDestinationOptions(program)
      .option('--to <weight>', 'the weight in the end')
      .option('--over <time>', 'how long it takes: 60, 60s, 5m', '60s')
      .option('--json', 'print one JSON document');
    perform(program, (values: Values) => {
      const [named, to, seconds] = [
        readNamed(values),
        readWeight(values.to),
        readTime(values.over, '--over'),
      ];
      return withKernel(world, (kernel) => ramp(kernel, named, to, seconds, values.json === true, world));
    });
  },
});

function readWeight(text: string | undefined): number {
  if (text === undefined) throw new UsageError('--to is missing: the weight in the end');
  const weight = /^\d{1,10}$/.test(text) ? Number(text) : MAX_WEIGHT + 1;
  if (weight > MAX_WEIGHT) throw new UsageError(`--to: '${text}' is not a weight from 0 to ${MAX_WEIGHT}`);
  return weight;
}

async function ramp(
  kernel: Kernel,
  named: Named,
  to: number,
  seconds: number,
  json: boolean,
  world: World,
): Promise<number> {
  const name = formatNamed(named);
  const { weight: from } = await needDestination(kernel, named);
  const progress = newProgress(world);
  const interrupt = world.interrupt();
  const begin = world.clock.now();
  let weight = from;
  try {
    while (weight !== to && !interrupt.signal.aborted) {
      const elapsed = world.clock.now() - begin;
      const due = rampWeight(from, to, elapsed, seconds * 1000);
      if (due !== weight) {
        await whileLocked(() => step(kernel, named, weight, due));
        weight = due;
      }
      if (weight === to) break;
      progress.show(`${name}: weight ${weight}, on the way from ${from} to ${to}`);
      await world.clock.sleep(Math.min(PAUSE, seconds * 1000 - elapsed), interrupt.signal);
    }
  } finally {
    progress.end();
    interrupt.dispose();
  }
  const interrupted = weight !== to;
  if (json)
    world.stdout.write(
      renderJson({ from, to, weight, seconds: Math.round((world.clock.now() - begin) / 1000), interrupted }),
    );
  else if (!interrupted) world.stdout.write(`${name} has weight ${to} (before: ${from})\n`);
  if (!interrupted) return EXIT.ok;
  world.stderr.write(`lvsadm ramp: interrupted; ${name} stays at weight ${weight} (before: ${from})\n`);
  return EXIT.interrupted;
}

/** One step, unless somebody else has taken one: two hands on a weight would fight. */
async function step(kernel: Kernel, named: Named, weight: number, due: number): Promise<void> {
  const current = await needDestination(kernel, named);
  if (current.weight !== weight) {
    throw new MachineFailure(
      `somebody else has set ${formatNamed(named)} to weight ${current.weight}; it stays there`,
    );
  }
  await setWeight(kernel, named, current, due);
}
