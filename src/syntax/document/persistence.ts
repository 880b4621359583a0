import { type Family, familyOf, formatInetNumber, parseAddress } from '../../model/address.ts';
import { parseDuration } from '../../model/duration.ts';
import type { ServiceSettings } from '../../model/service.ts';
import { type Findings, readBoolean, readFields, readText, shown } from './fields.ts';
import type { Tree } from './tree.ts';

export const PERSISTENCE_KEYS = ['timeout', 'withoutTimeout', 'mask', 'engine'] as const;

/** ipvsadm's, where persistence is asked for without a time. */
const DEFAULT_TIMEOUT = 360;
const MOST_SECONDS = 2 ** 32 - 1;

/** Reads `true`, `false`, a time, or a map of time, mask, engine and what is odd. What is wrong is a finding. */
export function readPersistence(
  tree: Tree,
  family: Family,
  findings: Findings,
): Partial<ServiceSettings> | undefined {
  if (tree.kind === 'scalar') {
    if (tree.value === false) return {};
    if (tree.value === true) return { persistenceTimeout: DEFAULT_TIMEOUT };
    const timeout = readSeconds(tree, 'persistence', findings);
    return timeout === undefined ? undefined : { persistenceTimeout: timeout };
  }
  const fields = readFields(tree, "'persistence'", PERSISTENCE_KEYS, findings);
  if (!fields) return undefined;
  const flagOnly = readBoolean(fields.withoutTimeout, 'withoutTimeout', findings) === true;
  const usual = flagOnly ? 0 : DEFAULT_TIMEOUT;
  const timeout = fields.timeout ? readSeconds(fields.timeout, 'timeout', findings) : usual;
  if (flagOnly && timeout !== undefined && timeout > 0) {
    findings.add(fields.withoutTimeout!, 'withoutTimeout is for a timeout of 0');
  }
  const mask = fields.mask && readMask(fields.mask, family, findings);
  const engine = fields.engine && readEngine(fields.engine, findings);
  return {
    ...(timeout !== undefined && { persistenceTimeout: timeout }),
    ...(flagOnly && { persistentWithoutTimeout: true }),
    ...(mask !== undefined && { persistenceMask: mask }),
    ...(engine !== undefined && { persistenceEngine: engine }),
  };
}

/** Seconds as a number, or a text such as `5m`. */
export function readSeconds(
  tree: Tree,
  what: string,
  findings: Findings,
  most = MOST_SECONDS,
): number | undefined {
  const seconds =
    tree.kind === 'scalar' && typeof tree.value !== 'boolean' ? parseDuration(String(tree.value)) : undefined;
  if (seconds !== undefined && seconds <= most) return seconds;
  return findings.add(
    tree,
    `${what} must be a time of at most ${most} seconds, such as 300 or 5m${shown(tree)}`,
  );
}

/** IPv4: `255.255.255.0` or `24`; IPv6: `64`. With or without a slash. */
function readMask(tree: Tree, family: Family, findings: Findings): string | number | undefined {
  const text = (readText(tree, 'mask', findings) ?? '').replace(/^\//, '');
  const length = /^\d{1,3}$/.test(text) ? Number(text) : undefined;
  if (family === 'inet6') {
    if (length !== undefined && length >= 1 && length <= 128) return length;
    return findings.add(tree, `the mask of an IPv6 service is a prefix length from 1 to 128${shown(tree)}`);
  }
  if (length !== undefined && length <= 32) return maskOf(length);
  const mask = parseAddress(text);
  if (mask !== undefined && familyOf(mask) === 'inet') return mask;
  return findings.add(tree, `mask must be one such as 255.255.255.0 or 24${shown(tree)}`);
}

function maskOf(length: number): string {
  const bits = length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
  return formatInetNumber(bits);
}

function readEngine(tree: Tree, findings: Findings): string | undefined {
  const name = readText(tree, 'engine', findings);
  if (name === undefined || /^[a-z0-9_-]{1,15}$/.test(name)) return name;
  return findings.add(tree, `engine must be a name such as sip${shown(tree)}`);
}
