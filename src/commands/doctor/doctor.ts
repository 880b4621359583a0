import { Journal } from '../../actions/host/journal.ts';
import { readFacts } from '../../host/facts.ts';
import { IpvsError } from '../../ipvs/errors.ts';
import { readTable } from '../../ipvs/read-table.ts';
import type { Address } from '../../model/address.ts';
import type { Facts, Meant } from '../../model/facts.ts';
import type { Table } from '../../model/table.ts';
import { renderExamination, renderRules } from '../../output/findings.ts';
import { paintFor } from '../../output/paint.ts';
import { examine, RULES } from '../../plan/doctor/index.ts';
import { questionsOf } from '../../plan/doctor/questions.ts';
import { describeRoles } from '../../plan/doctor/roles.ts';
import type { Target } from '../../plan/host/target.ts';
import { supposeTable } from '../../plan/table/supposed.ts';
import type { World } from '../../process/world.ts';
import { formatTargetCommand } from '../../syntax/target/target.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { parseHostAddress, parseVips } from '../../syntax/words.ts';
import { readFiles } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { subcommand } from '../subcommand.ts';

interface Values {
  readonly vip?: string;
  readonly director?: string;
  readonly ask?: boolean;
  readonly rule?: string;
  readonly listRules?: boolean;
  readonly json?: boolean;
  readonly stateDir?: string;
}

/** Looks at this host, director or real server, and tells what is wrong with it. Changes nothing. */
export const run = subcommand({
  name: 'doctor',
  summary: 'Looks for what is wrong with this director or real server.',
  define(program, world, perform) {
    program
      .argument('[file...]', 'YAML or JSON, as for apply: what would be wrong if that were the table')
      .option('--vip <address,...>', 'this host is a real server of these, by direct routing or a tunnel')
      .option('--director <address>', 'this host is a real server that replies through this director (NAT)')
      .option('--ask', 'send questions, too: who answers for VIPs and real servers on their segments')
      .option('--rule <name,...>', 'ask these rules only')
      .option('--list-rules', 'tell the rules, and look at nothing')
      .option('--json', 'print one JSON document')
      .option('--state-dir <folder>', 'where the record of changes is (default /run/lvsadm)');
    perform(program, (files: string[], values: Values) => doctor(files, values, world));
  },
});

async function doctor(files: readonly string[], values: Values, world: World): Promise<number> {
  const rules = values.rule === undefined ? RULES : chooseRules(values.rule);
  if (values.listRules) {
    world.stdout.write(renderRules(rules, values.json ? 'json' : 'text'));
    return EXIT.ok;
  }
  const targets = [...(await Journal.open(values.stateDir)).targets.values()];
  const meant = meantServers(values, targets);
  const supposed = files.length > 0 ? await readFiles(files, world) : undefined;
  const { table, unknown } = await readIpvs(world);
  const seen = await readFacts(supposed ? supposeTable(supposed.wanted, table) : table, meant, unknown);
  const facts: Facts = { ...seen, directs: recordedDirectors(targets) };
  const findings = examine(values.ask ? { ...facts, answers: await ask(facts, world) } : facts, rules);
  const paint = await paintFor(world.stdout, world.environment);
  const roles = describeRoles(facts);
  const examination = { findings, roles, rules: rules.length, unknown: facts.unknown };
  world.stdout.write(renderExamination(examination, values.json ? 'json' : 'text', paint));
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.faulty;
  // What was not seen is not known to be in order.
  if (unknown.length > 0) return EXIT.failed;
  return findings.some(({ severity }) => severity === 'warning') ? EXIT.warned : EXIT.ok;
}

function chooseRules(names: string) {
  return names.split(',').map((name) => {
    const rule = RULES.find((candidate) => candidate.name === name);
    if (!rule) throw new UsageError(`--rule: there is no rule '${name}'; --list-rules names them`);
    return rule;
  });
}

/** Asks on the segments for our VIPs, which nobody else should have, and for real servers that are not known there. */
async function ask(facts: Facts, world: World): Promise<Map<Address, string | undefined>> {
  const machine = await world.openHost();
  try {
    const questions = questionsOf(facts);
    const answers = await Promise.all(
      questions.map(({ device, address }) => machine.whoHas(device, address)),
    );
    return new Map(questions.map(({ address }, index) => [address, answers[index]]));
  } finally {
    await machine.close();
  }
}

/** What the operator says, and what `realserver up` has on record. */
function meantServers({ vip, director }: Values, targets: readonly Target[]): Meant[] {
  const recorded = targets.flatMap((target): Meant[] => {
    if (target.role !== 'realserver') return [];
    const { server } = target;
    const address = server.mode === 'nat' ? server.director : server.vip;
    return [{ mode: server.mode, address, up: formatTargetCommand(target) }];
  });
  const said = [
    ...(vip === undefined ? [] : parseVips(vip)).map((address) => meantServer('dr', address)),
    ...(director === undefined ? [] : [meantServer('nat', parseHostAddress(director, '--director'))]),
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
async function readIpvs(world: World): Promise<{ table: Table | undefined; unknown: string[] }> {
  try {
    const kernel = await world.openKernel();
    try {
      const { table, settled } = await readTable(kernel);
      return { table, unknown: settled ? [] : ['the IPVS table: others kept changing it while it was read'] };
    } finally {
      await kernel.close();
    }
  } catch (error) {
    if (!(error instanceof IpvsError)) throw error;
    if (error.failure === 'no-family') return { table: undefined, unknown: [] };
    return { table: undefined, unknown: [`the IPVS table: ${error.message}`] };
  }
}
