import type { Host } from '../host/host.ts';
import { IpvsError } from '../ipvs/errors.ts';
import { readTable } from '../ipvs/read-table.ts';
import type { Address } from '../model/address.ts';
import type { Facts, Meant } from '../model/facts.ts';
import type { Finding } from '../model/finding.ts';
import type { Table } from '../model/table.ts';
import { examine as askRules, RULES } from '../plan/doctor/index.ts';
import { questionsOf } from '../plan/doctor/questions.ts';
import { describeRoles } from '../plan/doctor/roles.ts';
import type { Rule } from '../plan/doctor/rule.ts';
import type { Target } from '../plan/host/target.ts';
import { supposeTable } from '../plan/table/supposed.ts';
import type { Wanted } from '../plan/table/wanted.ts';
import { formatTargetCommand } from '../syntax/target/target.ts';
import type { OpenKernel } from './host/fullnat.ts';
import { look } from './look.ts';

/** What is wrong with a host. */
export interface Examination {
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** What the host was taken for: `a director of 2 services`. */
  readonly roles: readonly string[];
  /** How many rules were asked. */
  readonly rules: number;
  /** What could not be looked at, and why: a sentence each. Where there is one, nothing found is not all well. */
  readonly unknown: readonly string[];
}

export interface ExamineOptions {
  readonly openKernel: OpenKernel;
  /** What this host was prepared as, by its journal. */
  readonly targets?: readonly Target[];
  /** This host is a real server of these, by direct routing or a tunnel. */
  readonly vips?: readonly Address[];
  /** This host is a real server that replies through this director (NAT). */
  readonly director?: Address;
  /** What would be wrong if this were the table. */
  readonly supposed?: Wanted;
  /** Send questions, too: who answers for VIPs and real servers on their segments. */
  readonly ask?: boolean;
  /** Ask these rules only. */
  readonly rules?: readonly Rule[];
}

/** Looks for what stops traffic now or will one day. Changes nothing, and sends nothing unless it is to ask. */
export async function examine(host: Host, options: ExamineOptions): Promise<Examination> {
  const { openKernel, targets = [], supposed, ask = false, rules = RULES } = options;
  const { table, unknown } = await readIpvs(openKernel);
  const seen = await look(
    host,
    supposed ? supposeTable(supposed, table) : table,
    meantServers(options, targets),
    unknown,
  );
  const facts: Facts = { ...seen, directs: recordedDirectors(targets) };
  const findings = askRules(ask ? { ...facts, answers: await askAround(host, facts) } : facts, rules);
  return { findings, roles: describeRoles(facts), rules: rules.length, unknown: facts.unknown };
}

/** Asks on the segments for our VIPs, which nobody else should have, and for real servers that are not known there. */
async function askAround(host: Host, facts: Facts): Promise<Map<Address, string | undefined>> {
  const questions = questionsOf(facts);
  const answers = await Promise.all(questions.map(({ device, address }) => host.whoHas(device, address)));
  return new Map(questions.map(({ address }, index) => [address, answers[index]]));
}

/** What the operator says, and what `realserver up` has on record. */
function meantServers({ vips = [], director }: ExamineOptions, targets: readonly Target[]): Meant[] {
  const recorded = targets.flatMap((target): Meant[] => {
    if (target.role !== 'realserver') return [];
    const { server } = target;
    const address = server.mode === 'nat' ? server.director : server.vip;
    return [{ mode: server.mode, address, up: formatTargetCommand(target) }];
  });
  const said = [
    ...vips.map((address) => meantServer('dr', address)),
    ...(director === undefined ? [] : [meantServer('nat', director)]),
  ];
  const known = new Set(recorded.map(({ address }) => address));
  return [...recorded, ...said.filter(({ address }) => !known.has(address))];
}

function meantServer(mode: 'dr' | 'nat', address: Address): Meant {
  const which = mode === 'dr' ? `--vip ${address}` : `--director ${address} --set-gateway`;
  return { mode, address, up: `lvsadm realserver up --mode ${mode} ${which}` };
}

/** VIPs that `director up` has on record, and the commands that prepare them. */
function recordedDirectors(targets: readonly Target[]): Map<Address, string> {
  return new Map(
    targets.flatMap((target) =>
      target.role === 'director' ? [[target.director.vip, formatTargetCommand(target)] as const] : [],
    ),
  );
}

/** The table, without loading the module: on a real server there need not be one. */
async function readIpvs(openKernel: OpenKernel): Promise<{ table: Table | undefined; unknown: string[] }> {
  try {
    const kernel = await openKernel();
    try {
      const { table, settled } = await readTable(kernel);
      const moving = 'the IPVS table: others kept changing it while it was read';
      return { table, unknown: settled ? [] : [moving] };
    } finally {
      await kernel.close();
    }
  } catch (error) {
    if (!(error instanceof IpvsError)) throw error;
    if (error.failure === 'no-family') return { table: undefined, unknown: [] };
    return { table: undefined, unknown: [`the IPVS table: ${error.message}`] };
  }
}
