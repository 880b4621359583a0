import { findDestination, formatNamed, whileLocked } from '../../actions/table/destination.ts';
import { type DrainReport, drain } from '../../actions/table/drain.ts';
import type { Kernel } from '../../ipvs/kernel.ts';
import { formatDuration } from '../../model/duration.ts';
import { renderJson } from '../../output/json.ts';
import { connectionsText } from '../../output/table-change.ts';
import type { NamedDestination } from '../../plan/table/report.ts';
import { newProgress } from '../../process/progress.ts';
import type { World } from '../../process/world.ts';
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
  readonly timeout: string;
  readonly delete?: boolean;
  readonly cut?: boolean;
  readonly json?: boolean;
}

/** Takes a destination out of use without cutting a connection. */
export const run = subcommand({
  name: 'drain',
  summary: 'Takes a real server out of use, and waits until its connections are gone.',
  define(program, world, perform) {
    addDryRun(
      addDestinationOptions(program)
        .option('--timeout <time>', 'how long to wait at most: 60, 60s, 5m', '60s')
        .option('--delete', 'delete the destination when its connections are gone')
        .option('--cut', 'delete it in any case, after the time with the connections that are left')
        .option('--json', 'print one JSON document'),
    );
    perform(program, (values: Values) => {
      const [named, seconds] = [readNamed(values), readTime(values.timeout, '--timeout')];
      refuseExitCodeAlone(values);
      return withKernel(world, async (kernel) => {
        if (values.dryRun) return showWeight(await findDestination(kernel, named), named, 0, values, world);
        return carryOut(kernel, named, seconds, values, world);
      });
    });
  },
});

async function carryOut(
  kernel: Kernel,
  named: NamedDestination,
  seconds: number,
  { json, cut, delete: remove }: Values,
  world: World,
): Promise<number> {
  const progress = newProgress(world);
  const interrupt = world.interrupt();
  const name = formatNamed(named);
  try {
    const report = await drain(kernel, named, {
      seconds,
      finally: cut ? 'cut' : remove ? 'delete' : 'keep',
      clock: world.clock,
      signal: interrupt.signal,
      exclusively: (task) => whileLocked(task, world.takeLock),
      onWaiting: (load, left) => progress.show(`${name}: ${connectionsText(load)}, ${left} s left`),
    });
    progress.end();
    if (json) world.stdout.write(renderDrainJson(report));
    return tell(report, name, seconds, json === true, world);
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

function renderDrainJson({ outcome, weightBefore, load, seconds, holders }: DrainReport): string {
  return renderJson({
    outcome,
    weightBefore,
    seconds,
    activeConnections: load.active,
    inactiveConnections: load.inactive,
    persistentConnections: load.persistent,
    holders,
  });
}

function tell(
  { outcome, weightBefore, load, seconds: took, holders }: DrainReport,
  name: string,
  seconds: number,
  json: boolean,
  { stdout, stderr }: World,
): number {
  switch (outcome) {
    case 'drained':
    case 'deleted': {
      const rest = outcome === 'deleted' ? 'deleted' : `at weight 0 (before: ${weightBefore})`;
      if (!json) stdout.write(`${name} has no connections any more, after ${took} s; ${rest}\n`);
      return EXIT.ok;
    }
    case 'cut':
      if (!json)
        stdout.write(`${name} had ${connectionsText(load)} after ${took} s, which are cut; deleted\n`);
      return EXIT.ok;
    case 'timeout': {
      const text = [
        `${name} still has ${connectionsText(load)} after ${formatDuration(seconds)}; it stays at weight 0 (before: ${weightBefore})`,
        ...holders,
      ];
      stderr.write(`lvsadm drain: ${text.join('\n  ')}\n`);
      return EXIT.unfinished;
    }
    case 'interrupted':
      stderr.write(
        `lvsadm drain: interrupted; ${name} stays at weight 0 (before: ${weightBefore}) and has ${connectionsText(load)}\n`,
      );
      return EXIT.interrupted;
  }
}
