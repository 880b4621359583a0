import { readSysctl } from '../../host/sysctl.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import { formatDuration } from '../../model/duration.ts';
import { renderJson } from '../../output/json.ts';
import { connectionsText } from '../../output/table-change.ts';
import { findHolders } from '../../plan/table/holders.ts';
import { newProgress } from '../../process/progress.ts';
import type { World } from '../../process/world.ts';
import { isEmpty, loadOf } from '../destination-load.ts';
import {
  findDestination,
  formatNamed,
  needDestination,
  setWeight,
  whileLocked,
} from '../destination-weight.ts';
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
import { subcommand } from '../subcommand.ts';

interface Values extends DestinationValues {
  readonly timeout: string;
  readonly delete?: boolean;
  readonly json?: boolean;
}

const PAUSE = 500;

/** Takes a destination out of use without cutting a connection. */
export const run = subcommand({
  name: 'drain',
  summary: 'Takes a real server out of use, and waits until its connections are gone.',
  define(program, world, perform) {
    addDestinationOptions(program)
      .option('--timeout <time>', 'how long to wait at most: 60, 60s, 5m', '60s')
      .option('--delete', 'delete the destination when its connections are gone')
      .option('--json', 'print one JSON document');
    perform(program, (values: Values) => {
      const [named, seconds] = [readNamed(values), readTime(values.timeout, '--timeout')];
      return withKernel(world, (kernel) => drain(kernel, named, seconds, values, world));
    });
  },
});

type Outcome = 'drained' | 'deleted' | 'timeout' | 'interrupted';

async function drain(
  kernel: Kernel,
  named: Named,
  seconds: number,
  values: Values,
  world: World,
): Promise<number> {
  const begin = world.clock.now();
  const before = await whileLocked(async () => {
    const current = await needDestination(kernel, named);
    if (current.weight !== 0) await setWeight(kernel, named, current, 0);
    return current;
  });
  const { outcome, last } = await wait(kernel, named, begin + seconds * 1000, values.delete === true, world);
  const load = loadOf(last);
  const holders = outcome === 'timeout' ? await readHolders(kernel, named, last) : [];
  const took = Math.round((world.clock.now() - begin) / 1000);
  if (values.json) {
    world.stdout.write(
      renderJson({
        outcome,
        weightBefore: before.weight,
        seconds: took,
        activeConnections: load.active,
        inactiveConnections: load.inactive,
        persistentConnections: load.persistent,
        holders,
      }),
    );
  }
  const name = formatNamed(named);
  switch (outcome) {
    case 'drained':
    case 'deleted': {
      const rest = outcome === 'deleted' ? 'deleted' : `at weight 0 (before: ${before.weight})`;
      if (!values.json) world.stdout.write(`${name} has no connections any more, after ${took} s; ${rest}\n`);
      return EXIT.ok;
    }
    case 'timeout': {
      const text = [
        `${name} still has ${connectionsText(load)} after ${formatDuration(seconds)}; it stays at weight 0 (before: ${before.weight})`,
        ...holders,
      ];
      world.stderr.write(`lvsadm drain: ${text.join('\n  ')}\n`);
      return EXIT.unfinished;
    }
    case 'interrupted':
      world.stderr.write(
        `lvsadm drain: interrupted; ${name} stays at weight 0 (before: ${before.weight}) and has ${connectionsText(load)}\n`,
      );
      return EXIT.interrupted;
  }
}

/** Looks again and again until all connections are gone, the time is up, or the operator has had enough. */
async function wait(
  kernel: Kernel,
  named: Named,
  deadline: number,
  remove: boolean,
  world: World,
): Promise<{ outcome: Outcome; last: DestinationStatus }> {
  const progress = newProgress(world);
  const interrupt = world.interrupt();
  try {
    for (;;) {
      const current = await findDestination(kernel, named);
      if (!current) throw new MachineFailure(`${formatNamed(named)} was deleted by somebody else`);
      if (current.weight !== 0) {
        throw new MachineFailure(
          `somebody else has set ${formatNamed(named)} to weight ${current.weight}; not waiting any more`,
        );
      }
      if (isEmpty(loadOf(current))) {
        if (!remove) return { outcome: 'drained', last: current };
        await whileLocked(() => kernel.change({ kind: 'delete-destination', ...named }));
        return { outcome: 'deleted', last: current };
      }
      if (interrupt.signal.aborted) return { outcome: 'interrupted', last: current };
      const left = deadline - world.clock.now();
      if (left <= 0) return { outcome: 'timeout', last: current };
      progress.show(
        `${formatNamed(named)}: ${connectionsText(loadOf(current))}, ${Math.ceil(left / 1000)} s left`,
      );
      await world.clock.sleep(Math.min(PAUSE, left), interrupt.signal);
    }
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

async function readHolders(kernel: Kernel, { service }: Named, last: DestinationStatus): Promise<string[]> {
  const expire = await readSysctl('net/ipv4/vs/expire_quiescent_template').catch(() => undefined);
  return findHolders({
    ...loadOf(last),
    service: await kernel.service(service),
    forwarding: last.forwarding,
    timeouts: await kernel.timeouts(),
    expireQuiescentTemplate: expire === undefined || expire === '' ? undefined : expire !== '0',
  });
}
