import { examine } from '../../actions/examine.ts';
import { Journal } from '../../actions/host/journal.ts';
import { renderExamination, renderRules } from '../../output/findings.ts';
import { paintFor } from '../../output/paint.ts';
import { RULES } from '../../plan/doctor/index.ts';
import type { Rule } from '../../plan/doctor/rule.ts';
import type { World } from '../../process/world.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { parseHostAddress, parseVips } from '../../syntax/words.ts';
import { readFiles } from '../documents.ts';
import { EXIT } from '../exit-codes.ts';
import { withHost } from '../prepare.ts';
import { subcommand } from '../subcommand.ts';

interface Values {
  readonly vip?: string;
  readonly director?: string;
  readonly ask?: boolean;
  readonly rule?: string;
  readonly ignore?: string;
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
      .option('--ignore <name,...>', 'ask all rules but these')
      .option('--list-rules', 'tell the rules, and look at nothing')
      .option('--json', 'print one JSON document')
      .option('--state-dir <folder>', 'where the record of changes is (default /run/lvsadm)');
    perform(program, (files: string[], values: Values) => doctor(files, values, world));
  },
});

async function doctor(files: readonly string[], values: Values, world: World): Promise<number> {
  const chosen = values.rule === undefined ? RULES : namedRules('--rule', values.rule);
  const ignored = values.ignore === undefined ? [] : namedRules('--ignore', values.ignore);
  const rules = chosen.filter((rule) => !ignored.includes(rule));
  if (values.listRules) {
    world.stdout.write(renderRules(rules, values.json ? 'json' : 'text'));
    return EXIT.ok;
  }
  const { vip, director, ask } = values;
  const options = {
    openKernel: world.openKernel,
    targets: [...(await Journal.open(values.stateDir)).targets.values()],
    rules,
    ...(vip !== undefined && { vips: parseVips(vip) }),
    ...(director !== undefined && { director: parseHostAddress(director, '--director') }),
    ...(files.length > 0 && { supposed: (await readFiles(files, world)).wanted }),
    ...(ask !== undefined && { ask }),
  };
  const examination = await withHost(world, (host) => examine(host, options));
  const paint = await paintFor(world.stdout, world.environment);
  world.stdout.write(renderExamination(examination, values.json ? 'json' : 'text', paint));
  const { findings, unknown } = examination;
  if (findings.some(({ severity }) => severity === 'error')) return EXIT.faulty;
  // What was not seen is not known to be in order.
  if (unknown.length > 0) return EXIT.failed;
  return findings.some(({ severity }) => severity === 'warning') ? EXIT.warned : EXIT.ok;
}

function namedRules(option: string, names: string): Rule[] {
  return names.split(',').map((name) => {
    const rule = RULES.find((candidate) => candidate.name === name);
    if (!rule) throw new UsageError(`${option}: there is no rule '${name}'; --list-rules names them`);
    return rule;
  });
}
