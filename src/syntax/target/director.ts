import { SCHEDULERS } from '../../model/scheduler.ts';
import type { Director } from '../../plan/host/director.ts';
import { UsageError } from '../usage-error.ts';
import { parseChoice, parseDevice, parseVips } from '../words.ts';

/** The options of `director up`, as they are written. */
export interface DirectorValues {
  readonly mode?: string;
  readonly vip?: string;
  readonly device?: string;
  readonly scheduler?: string;
  readonly oneLan?: boolean;
}

/** The directors that the options of `up` ask for. Throws a UsageError. */
export function readDirectors(values: DirectorValues): Director[] {
  if (values.vip === undefined) throw new UsageError('--vip is missing: the virtual address');
  if (values.device === undefined)
    throw new UsageError('--device is missing: the one that faces the clients');
  if (values.mode === undefined) throw new UsageError('--mode is missing: nat, dr or tun');
  const mode = parseChoice(values.mode, '--mode', ['nat', 'dr', 'tun']);
  if (values.oneLan && mode !== 'nat') throw new UsageError('--one-lan goes with --mode nat');
  const device = parseDevice(values.device, '--device');
  const schedulers = (values.scheduler ?? 'wlc').split(',').map(parseScheduler);
  const oneLan = values.oneLan === true;
  return parseVips(values.vip).map((vip) => ({ vip, device, mode, schedulers, oneLan }));
}

function parseScheduler(text: string): string {
  if (!/^[a-z0-9_]{1,15}$/.test(text)) {
    throw new UsageError(`--scheduler: '${text}' is no scheduler's name, such as ${SCHEDULERS.join(', ')}`);
  }
  return text;
}

/** The opposite of `readDirectors`, for one. */
export function formatDirector({ vip, device, mode, schedulers, oneLan }: Director): string[] {
  return [
    ...['--vip', vip, '--device', device, '--mode', mode, '--scheduler', schedulers.join(',')],
    ...(oneLan ? ['--one-lan'] : []),
  ];
}
