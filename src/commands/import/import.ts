import { access, constants } from 'node:fs/promises';
import { hostname } from 'node:os';
import { configFiles } from '../../host/config-files.ts';
import { renderJson } from '../../output/json.ts';
import type { World } from '../../process/world.ts';
import { formatPlace } from '../../syntax/document/place.ts';
import { documentOf, formatDocument } from '../../syntax/document/text.ts';
import { type Imported, readKeepalived } from '../../syntax/keepalived/keepalived.ts';
import { EXIT } from '../exit-codes.ts';
import { subcommand } from '../subcommand.ts';
import { addCommand } from '../words.ts';

interface Values {
  readonly json?: boolean;
  readonly configId?: string;
}

/** Prints what another program's configuration comes to, as a document that `apply` and `diff` read. */
export const run = subcommand({
  name: 'import',
  summary: "Prints another program's configuration as a document for apply.",
  define(program, world, perform) {
    const keepalived = addCommand(
      program,
      'keepalived',
      "read keepalived's configuration, as keepalived 2.2 does",
    )
      .argument('<file>', 'keepalived.conf; what it includes is read, too')
      .option('--config-id <word>', "take lines that begin with @word (default: this host's name)")
      .option('--json', 'as JSON instead of YAML');
    perform(keepalived, (file: string, values: Values) => importKeepalived(file, values, world));
  },
});

async function importKeepalived(file: string, { json, configId }: Values, world: World): Promise<number> {
  await access(file, constants.R_OK);
  const imported = readKeepalived(file, {
    files: configFiles,
    configId: configId ?? hostname().split('.')[0]!,
    environment: world.environment,
  });
  const { timeouts, daemons, services } = imported;
  const wanted = { timeouts, daemons, services: services.map(({ service }) => service) };
  world.stdout.write(json ? renderJson(documentOf(wanted)) : formatDocument(wanted));
  const told = [...noteLines(imported), ...lostLines(imported)];
  world.stderr.write(told.map((line) => `${line}\n`).join(''));
  return told.length === 0 ? EXIT.ok : EXIT.warned;
}

const KINDS = {
  ignored: 'keepalived ignores this',
  changed: 'keepalived reads this otherwise',
  'left-out': 'left out',
  differs: 'works differently',
} as const;

function noteLines({ notes }: Imported): string[] {
  return notes.map(({ kind, place, text }) => `${formatPlace(place)}: ${KINDS[kind]}: ${text}`);
}

/** What a document has no words for, which keepalived does all the time. */
function lostLines({ checks, services }: Imported): string[] {
  const fallbacks = services.filter(({ health }) => health.fallback !== undefined).length;
  const lines: string[] = [];
  if (checks.length > 0) {
    lines.push(
      `note: ${count(checks.length, 'health check')} left out: a document says which real servers there are, and nothing in it watches them`,
    );
  }
  if (fallbacks > 0) {
    lines.push(
      `note: the servers of last resort (sorry_server) of ${count(fallbacks, 'service')} left out: they take the place of real servers that checks find down`,
    );
  }
  return lines;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
