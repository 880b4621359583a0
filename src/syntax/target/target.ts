import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Role, type Target, targetKey } from '../../plan/host/target.ts';
import { UsageError } from '../usage-error.ts';
import { type DirectorValues, formatDirector, readDirectors } from './director.ts';
import { type FullnatValues, formatFullnat, readFullnat } from './fullnat.ts';
import { formatRealServer, type RealServerValues, readRealServers } from './realserver.ts';

/** The words after `up` (or `enable`) that ask for just this target. */
export function formatTarget(target: Target): string[] {
  switch (target.role) {
    case 'realserver':
      return formatRealServer(target.server);
    case 'director':
      return formatDirector(target.director);
    case 'fullnat':
      return formatFullnat(target.fullnat);
  }
}

/** The whole command. */
export function formatTargetCommand(target: Target): string {
  return ['lvsadm', target.role, 'up', ...formatTarget(target)].join(' ');
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Options by role, as `formatTarget` writes them. */
const OPTIONS = {
  realserver: {
    mode: text,
    vip: text,
    device: text,
    tunnel: text,
    'tun-port': text,
    rip: text,
    director: text,
    'set-gateway': flag,
    'also-director': flag,
  },
  director: { vip: text, device: text, mode: text, scheduler: text, 'one-lan': flag },
  fullnat: {
    'tcp-service': { ...text, short: 't' },
    'udp-service': { ...text, short: 'u' },
    'fwmark-service': { ...text, short: 'f' },
    ipv6: { ...flag, short: '6' },
    'local-address': text,
    'local-ports': text,
    device: text,
    floating: flag,
  },
} as const;

/** The opposite of `formatTarget`. Throws a UsageError. */
export function parseTargets(role: Role, words: readonly string[]): Target[] {
  let read: Record<string, string | boolean | undefined>;
  try {
    const options: ParseArgsConfig['options'] = OPTIONS[role];
    read = parseArgs({ args: [...words], options, strict: true }).values as typeof read;
  } catch (error) {
    throw new UsageError(`${role}: ${(error as Error).message.split('\n', 1)[0]}`);
  }
  const values = Object.fromEntries(Object.entries(read).map(([name, value]) => [camelCase(name), value]));
  switch (role) {
    case 'realserver':
      return readRealServers(values as RealServerValues).map((server) => ({ role, server }));
    case 'director':
      return readDirectors(values as DirectorValues).map((director) => ({ role, director }));
    case 'fullnat':
      return [{ role, fullnat: readFullnat(values as FullnatValues) }];
  }
}

/** Exactly one target, and the one of this name. `undefined` for anything else. */
export function parseTarget(role: Role, key: string, words: readonly string[]): Target | undefined {
  try {
    const [target, ...others] = parseTargets(role, words);
    return target && others.length === 0 && targetKey(target) === key ? target : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
