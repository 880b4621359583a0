import type { Address } from '../../model/address.ts';
import type { Check, CheckTiming } from '../../model/health.ts';
import { type Notes, note } from './notes.ts';
import { type ProbeContext, readProbes } from './probe.ts';
import { takeTiming } from './read-timing.ts';
import type { RealServer, Timing, VirtualServer } from './server.ts';
import type { Statement } from './tree.ts';
import { readAddress, readFlag, readPort } from './values.ts';

/** A check without its name, which it gets when all are known. */
export type NamelessCheck = Omit<Check, 'name'>;

/** What the checker blocks of a real server come to. */
export interface ReadChecks {
  readonly checks: readonly NamelessCheck[];
  /** Whether a checker goes to the virtual address by a mark, so that it takes the path of clients. */
  readonly isReal: boolean;
  readonly isAlpha: boolean;
}

const SECOND = 1000;
const DEFAULT_DELAY = 60 * SECOND;
const DEFAULT_TIMEOUT = 5 * SECOND;
const HTTP_DELAY_BEFORE_RETRY = 3 * SECOND;

/** The checks of a real server, with all that they take from it and from its virtual server. */
export function readChecks(
  real: RealServer,
  virtual: VirtualServer,
  context: Omit<ProbeContext, 'virtualHost'>,
  notes: Notes,
): ReadChecks {
  const virtualHost = real.virtualHost ?? virtual.virtualHost;
  let isReal = false;
  let isAlpha = real.alpha ?? virtual.alpha;
  const checks = real.checks.flatMap((block) => {
    const way = readWay(block, virtual, notes);
    isReal ||= way.isReal;
    for (const { keyword, words } of block.statements)
      if (keyword === 'alpha') isAlpha = readFlag(words) ?? isAlpha;
    const own: Timing = {};
    for (const statement of block.statements) takeTiming(own, statement, 0, notes);
    const terms = { ...timingOf(block, { ...virtual.timing, ...real.timing, ...own }, own) };
    const port =
      way.port ?? (real.writtenPort !== real.port && real.writtenPort !== 0 ? real.writtenPort : undefined);
    const probes = readProbes(block, { ...context, virtualHost }, notes);
    if (probes.length > 1) {
      note(
        notes,
        'differs',
        block.place,
        'keepalived asks for one URL after another, a round each; each is a check of its own here',
      );
    }
    return probes.map((probe) => ({
      probe,
      ...terms,
      ...(way.address !== undefined && { address: way.address }),
      ...(port !== undefined && { port }),
      ...(way.source !== undefined && { source: way.source }),
    }));
  });
  return { checks, isReal, isAlpha };
}

interface CheckWay {
  readonly address: Address | undefined;
  readonly port: number | undefined;
  readonly source: Address | undefined;
  readonly isReal: boolean;
}

function readWay(block: Statement, virtual: VirtualServer, notes: Notes): CheckWay {
  const last = (keyword: string) => block.statements.findLast((statement) => statement.keyword === keyword);
  const address = readAddress(last('connect_ip')?.words[0]);
  const mark = last('fwmark');
  const isReal = mark !== undefined && virtual.at.kind === 'address' && address === virtual.at.address;
  for (const statement of [mark, last('bind_if'), last('bind_port')]) {
    if (statement && !(isReal && statement === mark)) {
      note(
        notes,
        'left-out',
        statement.place,
        `${statement.keyword}: a check is sent as the kernel's routing has it`,
      );
    }
  }
  if (block.statements.some(({ keyword }) => keyword === 'host')) {
    note(notes, 'left-out', block.place, 'host: an SMTP check asks the real server alone');
  }
  return {
    address: isReal ? undefined : address,
    port: readPort(last('connect_port')?.words[0]) || undefined,
    source: isReal ? undefined : readAddress(last('bindto')?.words[0]),
    isReal,
  };
}

function timingOf(block: Statement, terms: Timing, own: Timing): CheckTiming {
  const { keyword } = block;
  const interval = terms.delayLoop ?? DEFAULT_DELAY;
  const isHttp = keyword === 'HTTP_GET' || keyword === 'SSL_GET';
  const isScript = keyword === 'MISC_CHECK';
  const retries = terms.retry ?? (keyword === 'DNS_CHECK' ? 3 : isScript ? 0 : 1);
  const old = block.statements.findLast((statement) => statement.keyword === 'nb_get_retry')?.words[0];
  const given = old !== undefined && own.retry === undefined ? Number.parseInt(old, 10) : retries;
  const before =
    terms.delayBeforeRetry ??
    (keyword === 'DNS_CHECK' ? interval : isHttp ? HTTP_DELAY_BEFORE_RETRY : SECOND);
  const script = block.statements.findLast((statement) => statement.keyword === 'misc_timeout')?.words[0];
  const timeout = isScript
    ? script === undefined
      ? interval
      : SECOND * Number.parseInt(script, 10)
    : (terms.connectTimeout ?? DEFAULT_TIMEOUT);
  return {
    interval,
    timeout: timeout > 0 ? timeout : interval,
    rise: 1,
    fall: (Number.isInteger(given) ? given : 1) + 1,
    // Nothing is asked without a pause here.
    retryInterval: Math.max(before, 1),
    downInterval: interval,
    spread: terms.warmup ?? interval,
  };
}
