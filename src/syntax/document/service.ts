import type { Family } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';
import {
  DEFAULT_SCHEDULER,
  SCHEDULERS,
  type SchedulerFlag,
  schedulerFlagNames,
} from '../../model/scheduler.ts';
import { type ServiceId, type ServiceSettings, serviceFamily } from '../../model/service.ts';
import { defaultServiceSettings } from '../../plan/table/wanted.ts';
import { parseEndpointText } from '../endpoint.ts';
import { didYouMean } from '../suggestion.ts';
import {
  type Fields,
  type Findings,
  readBoolean,
  readChoice,
  readFields,
  readNumber,
  readText,
  shown,
} from './fields.ts';
import { readPersistence } from './persistence.ts';
import type { Tree } from './tree.ts';

export const SERVICE_KEYS = [
  'address',
  'port',
  'protocol',
  'fwmark',
  'family',
  'scheduler',
  'schedulerFlags',
  'persistence',
  'onePacket',
  'destinations',
] as const;

type ServiceFields = Fields<(typeof SERVICE_KEYS)[number]>;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
const FAMILIES: readonly Family[] = ['inet', 'inet6'];
const FAMILY_SPELLINGS: Readonly<Record<string, Family>> = {
  ipv4: 'inet',
  ipv6: 'inet6',
  4: 'inet',
  6: 'inet6',
};
/** The kernel's own name for a service without a scheduler, which takes no connections. */
const NO_SCHEDULER = 'none';
const U32 = 2 ** 32 - 1;

/** A service, and where its destinations are written. */
export interface ReadService {
  readonly service: ServiceId & ServiceSettings;
  readonly destinations: Tree;
}

/** Reads one service without its destinations. What is wrong is a finding. */
export function readService(
  tree: Tree,
  findings: Findings,
  hint: (tree: Tree, text: string) => void,
): ReadService | undefined {
  const fields = readFields(tree, 'a service', SERVICE_KEYS, findings);
  if (!fields) return undefined;
  const id = readServiceId(fields, tree, findings);
  const scheduler = readScheduler(fields.scheduler, findings, hint);
  const flags = readSchedulerFlags(fields.schedulerFlags, scheduler, findings);
  const onePacket = readBoolean(fields.onePacket, 'onePacket', findings) ?? false;
  if (!fields.destinations)
    findings.add(tree, 'the service has no destinations; write destinations: [] if that is meant');
  if (!id) return undefined;
  const persistence = fields.persistence
    ? readPersistence(fields.persistence, serviceFamily(id), findings)
    : {};
  if (!fields.destinations || !persistence) return undefined;
  return {
    service: {
      ...id,
      ...defaultServiceSettings(id),
      scheduler,
      schedulerFlags: flags,
      onePacket,
      ...persistence,
    },
    destinations: fields.destinations,
  };
}

function readServiceId(fields: ServiceFields, tree: Tree, findings: Findings): ServiceId | undefined {
  const protocol = readProtocol(fields.protocol, findings);
  const family = readChoice(fields.family, 'family', FAMILIES, FAMILY_SPELLINGS, findings);
  const port = readNumber(fields.port, 'port', 0, 65535, findings);
  if (fields.fwmark) {
    for (const key of ['address', 'port', 'protocol'] as const) {
      const stranger = fields[key];
      if (stranger) return findings.add(stranger, `'${key}' does not go with 'fwmark'`);
    }
    const fwmark = readNumber(fields.fwmark, 'fwmark', 1, U32, findings);
    return fwmark === undefined ? undefined : { fwmark, family: family ?? 'inet' };
  }
  if (!fields.address) return findings.add(tree, "the service has neither 'address' nor 'fwmark'");
  const text = readText(fields.address, 'address', findings);
  if (text === undefined) return undefined;
  const endpoint = parseEndpointText(text);
  if ('problem' in endpoint) return findings.add(fields.address, endpoint.problem);
  if (fields.family)
    return findings.add(fields.family, "'family' goes with 'fwmark'; an address has its own");
  if (port !== undefined && endpoint.port !== undefined && port !== endpoint.port) {
    return findings.add(fields.address, `the port is ${endpoint.port} here and ${port} in 'port'`);
  }
  const found = endpoint.port ?? port;
  if (found === undefined) {
    if (fields.port) return undefined;
    return findings.add(fields.address, `the service has no port: ${text}:80, or port 0 for all of them`);
  }
  return protocol && { protocol, address: endpoint.address, port: found };
}

/** `protocol-50` is how services are told that no tool of today makes. */
function readProtocol(tree: Tree | undefined, findings: Findings): Protocol | undefined {
  if (!tree) return 'tcp';
  const other = tree.kind === 'scalar' && /^protocol-(\d{1,3})$/.exec(String(tree.value));
  if (other && Number(other[1]) <= 255) return `protocol-${Number(other[1])}`;
  return readChoice(tree, 'protocol', PROTOCOLS, {}, findings);
}

/** Any name will do, because the kernel may have others than those that come with it; but it may be a slip. */
function readScheduler(
  tree: Tree | undefined,
  findings: Findings,
  hint: (tree: Tree, text: string) => void,
): string {
  if (!tree) return DEFAULT_SCHEDULER;
  const name = readText(tree, 'scheduler', findings) ?? DEFAULT_SCHEDULER;
  if (!/^[a-z0-9_-]{1,15}$/.test(name)) {
    findings.add(tree, `scheduler must be a name such as wlc${shown(tree)}${didYouMean(name, SCHEDULERS)}`);
    return DEFAULT_SCHEDULER;
  }
  if (!(SCHEDULERS as readonly string[]).includes(name) && name !== NO_SCHEDULER) {
    hint(tree, `'${name}' is no scheduler that comes with Linux${didYouMean(name, SCHEDULERS)}`);
  }
  return name;
}

/** A list of names, or one text `sh-port,sh-fallback`. They come back in their fixed order, each once. */
function readSchedulerFlags(
  tree: Tree | undefined,
  scheduler: string,
  findings: Findings,
): readonly SchedulerFlag[] {
  if (!tree) return [];
  const items: { tree: Tree; word: string }[] =
    tree.kind === 'list'
      ? tree.items.map((item) => ({ tree: item, word: readText(item, 'a scheduler flag', findings) ?? '' }))
      : (readText(tree, 'schedulerFlags', findings) ?? '')
          .split(',')
          .map((word) => ({ tree, word: word.trim() }));
  const names = schedulerFlagNames(scheduler);
  const generic = schedulerFlagNames('');
  const on = new Set<SchedulerFlag>();
  for (const { tree: place, word } of items) {
    if (word === '') continue;
    const position = names.findIndex((name, index) => name === word || generic[index] === word);
    if (position >= 0) on.add(names[position]!);
    else
      findings.add(
        place,
        `'${word}' is no flag of scheduler ${scheduler}${didYouMean(word, names) || `: it has ${names.join(', ')}`}`,
      );
  }
  return names.filter((name) => on.has(name));
}
