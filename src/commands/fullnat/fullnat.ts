import { examineTracking, examineUse } from '../../actions/host/fullnat.ts';
import { Journal } from '../../actions/host/journal.ts';
import { examineTargets } from '../../actions/host/status.ts';
import { formatPool } from '../../model/pool.ts';
import { formatServiceId, serviceKey } from '../../model/service.ts';
import { type FullnatStatus, renderFullnatList, renderFullnatStatus } from '../../output/fullnat.ts';
import { targetKey } from '../../plan/host/target.ts';
import type { World } from '../../process/world.ts';
import { type FullnatValues, readFullnat, readFullnatService } from '../../syntax/target/fullnat.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { EXIT } from '../exit-codes.ts';
import { addHostOptions, type HostOptions, hostOptions } from '../host-options.ts';
import { down, recordedTargets, up, withHost } from '../prepare.ts';
import { subcommand } from '../subcommand.ts';
import { addCommand } from '../words.ts';
import { addPoolOptions, addServiceOptions } from './words.ts';

const ROLE = 'fullnat';

type Values = FullnatValues & Record<string, unknown>;

/** Gives services of this director local addresses, which real servers see in the place of clients'; or takes them away. */
export const run = subcommand({
  name: ROLE,
  summary: 'FULLNAT: real servers anywhere, which see addresses of this director.',
  define(program, world, perform) {
    const enable = addPoolOptions(
      addServiceOptions(
        addCommand(program, 'enable', 'translate clients’ addresses of a service, or change to what'),
      ),
    )
      .alias('up')
      .option('--take-over', 'take local addresses although another host answers for them');
    perform(addHostOptions(enable, 'up'), (values: Values) =>
      up(ROLE, [{ role: ROLE, fullnat: readFullnat(values) }], hostOptions(values), world),
    );
    const disable = addServiceOptions(
      addCommand(
        program,
        'disable',
        'no longer, for a service or for all; live connections end by themselves',
      ),
    )
      .alias('down')
      .option('--now', 'do not care for live connections')
      .option('--keep-forwarding', 'leave ip_forward on, for others who rely on it now')
      .option('--wait <seconds>', 'wait so long for them to end', readSeconds);
    perform(addHostOptions(disable, 'down'), (values: Values) =>
      down(ROLE, names(values), hostOptions(values), world),
    );
    const listed = addCommand(program, 'list', 'services and their local addresses');
    perform(addHostOptions(listed, 'status'), (values: Values) => list(hostOptions(values), world));
    const asked = addServiceOptions(
      addCommand(program, 'status', 'tell whether all is there, and how full it is'),
    );
    perform(addHostOptions(asked, 'status'), (values: Values) =>
      status(names(values), hostOptions(values), world),
    );
  },
});

function readSeconds(text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new UsageError(`--wait: '${text}' is not a number of seconds`);
  return Number(text);
}

function names(values: FullnatValues): string[] {
  const service = readFullnatService(values);
  return service ? [`${ROLE} ${serviceKey(service)}`] : [];
}

/** Lists the services that were enabled here, and whether new connections are translated now. */
function list(options: HostOptions, world: World): Promise<number> {
  return withHost(world, async (host) => {
    const journal = await Journal.open(options.stateDir);
    const targets = recordedTargets(ROLE, journal);
    const content = targets.length === 0 ? undefined : await host.fullnat();
    const rows = targets.map((target) => {
      const { service, pool, device, floating } = target.fullnat;
      const isKept = journal.entries.some(
        ({ setting, owners }) => setting.kind === 'nft-service' && owners.includes(targetKey(target)),
      );
      const isOn = content?.services.has(serviceKey(service)) ?? false;
      return {
        service: formatServiceId(service),
        localAddresses: formatPool(pool),
        place: floating ? 'floating' : (device ?? 'by network'),
        state: isOn ? ('on' as const) : isKept ? ('broken' as const) : ('ending' as const),
      };
    });
    world.stdout.write(renderFullnatList(rows, options.json ? 'json' : 'text'));
    return EXIT.ok;
  });
}

/** Tells whether the services on record are as they were enabled, and how full their local addresses are. */
function status(named: readonly string[], options: HostOptions, world: World): Promise<number> {
  return withHost(world, async (host) => {
    const targets = recordedTargets(ROLE, await Journal.open(options.stateDir)).filter(
      (target) => named.length === 0 || named.includes(targetKey(target)),
    );
    const statuses: FullnatStatus[] = [];
    for (const [index, examined] of (await examineTargets(host, targets)).entries()) {
      statuses.push({ ...examined, ...(await examineUse(targets[index]!.fullnat, host, world.openKernel)) });
    }
    const tracking = await examineTracking(host);
    world.stdout.write(renderFullnatStatus(statuses, tracking, options.json ? 'json' : 'text'));
    if (statuses.length === 0 || statuses.some(({ problems }) => problems.length > 0)) {
      return EXIT.notPrepared;
    }
    const warned = [tracking, ...statuses].some(({ warnings }) => warnings.length > 0);
    return warned ? EXIT.warned : EXIT.ok;
  });
}
