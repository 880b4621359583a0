import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHostFinder } from '../../src/host/hosts.ts';
import { findHostNames, LOOKUP_LIMIT } from '../../src/host/names.ts';
import { parseServiceDatabase } from '../../src/host/service-database.ts';
import type { ServiceTable } from '../../src/model/table.ts';
import type { World } from '../../src/process/world.ts';
import { ADDRESSES } from '../compat/themes/addresses.ts';
import { DAEMONS } from '../compat/themes/daemons.ts';
import { GRAMMAR } from '../compat/themes/grammar.ts';
import { LISTINGS } from '../compat/themes/listings.ts';
import { MATRIX } from '../compat/themes/matrix.ts';
import { NUMBERS } from '../compat/themes/numbers.ts';
import { RESTORES } from '../compat/themes/restores.ts';
import { SERVERS } from '../compat/themes/servers.ts';
import { SERVICES } from '../compat/themes/services.ts';
import { TEXTS } from '../compat/themes/texts.ts';
import { byChance, commandLine, oddValue, restoreFile, wordSoup } from './chance.ts';
import { connections, hostsFile, install, linesWithNames, servicesFile } from './names.ts';
import { runOurs, type Seen } from './ours.ts';
import { type Case, Reference, type Result } from './reference.ts';
import { describeMessages } from './requests.ts';
import { connectionTable, decodeTable, encodeTable, kernelTable } from './tables.ts';

/**
 * The same lines for the real ipvsadm and for ours, where there is no kernel to ask: verdict, both streams, exit code
 * and every attribute of every request must be the same. NATIVE_SEED looks elsewhere, NATIVE_TIMES for longer.
 */
const SEED = Number(process.env.NATIVE_SEED ?? 20_261_127);
const TIMES = Number(process.env.NATIVE_TIMES ?? 1);

const CONNECTIONS = join(import.meta.dirname, '../unit/ipvsadm/captured/ip_vs_conn.txt');

/** So many differences are shown at once. */
const SHOWN = 3;

let reference: Reference;
let identical = 0;

beforeAll(() => {
  reference = new Reference();
});

afterAll(() => {
  reference?.close();
  process.stdout.write(`native: ${identical} command lines identical (seed ${SEED})\n`);
});

test.each<[kind: string, count: number, make: typeof commandLine]>([
  ['command lines', 12_000, commandLine],
  ['word soup', 8_000, wordSoup],
  ['odd addresses and numbers', 8_000, oddValue],
  ['restore files', 2_000, restoreFile],
])('%s', { timeout: 300_000 * TIMES }, async (_, count, make) => {
  await compare(byChance(count * TIMES, SEED, make));
});

/** Not the whole of it is the same without a kernel, but what is read and asked for is. */
test('the themes of test/compat', async () => {
  const steps = [ADDRESSES, DAEMONS, GRAMMAR, LISTINGS, MATRIX, NUMBERS, RESTORES, SERVERS, SERVICES, TEXTS]
    .flat()
    .flatMap((sequence) => sequence.steps);
  await compare(
    steps.map(({ words, stdin, environment }) => ({
      words,
      ...(stdin !== undefined && { stdin }),
      posix: environment?.POSIXLY_CORRECT !== undefined,
    })),
  );
});

test('names of hosts and ports, in odd files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-names-'));
  const path = join(folder, 'ip_vs_conn');
  writeFileSync(path, connections());
  const files = byChance(60 * TIMES, SEED, (dice) => ({
    hosts: hostsFile(dice),
    services: servicesFile(dice),
  }));
  for (const each of files) {
    const { surroundings, system } = install(each, folder);
    const database = parseServiceDatabase(readFileSync(join(folder, 'services'), 'utf8'));
    const cases = linesWithNames();
    const expected = reference.run(cases, { NAMES: '1', CONNECTIONS: path }, surroundings);
    await compareWith(JSON.stringify(each), cases, expected, {
      readConnections: async () => readFileSync(path, 'latin1'),
      findHost: newHostFinder(system),
      servicePort: (name, protocol) => database.port(name, protocol),
      async findNames(addresses) {
        const hosts = await findHostNames(addresses, LOOKUP_LIMIT, system);
        return {
          host: (address) => hosts.get(address),
          port: (port, protocol) => database.name(port, protocol),
        };
      },
    });
  }
  rmSync(folder, { recursive: true });
});

const VIEWS = ['', '--stats', '--rate', '--thresholds', '--persistent-conn', '--tun-info'];
const LISTINGS_OF_TABLES = [
  ...VIEWS.flatMap((view) => [`-Ln ${view}`, `-L ${view} --exact`, `-Ln ${view} --nosort`]),
  ...['-S', '-Sn', '-L -n --stats --rate -X'],
].map((line) => ({ words: line.split(' ').filter((word) => word !== '') }));

test('listings of tables', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-tables-'));
  const path = join(folder, 'table');
  for (const table of byChance(150 * TIMES, SEED, kernelTable)) {
    writeFileSync(path, encodeTable(table));
    const expected = reference.run(LISTINGS_OF_TABLES, { TABLE: path });
    await compareWith('', LISTINGS_OF_TABLES, expected, {}, decodeTable(table));
  }
  rmSync(folder, { recursive: true });
});

test('listings of connections', async () => {
  const cases = ['-Lc', '-Lnc', '-L -c --persistent-conn', '-Lnc --persistent-conn'].map((line) => ({
    words: line.split(' '),
  }));
  const folder = mkdtempSync(join(tmpdir(), 'native-connections-'));
  const path = join(folder, 'ip_vs_conn');
  for (const text of byChance(150 * TIMES, SEED, connectionTable)) {
    writeFileSync(path, text);
    const expected = reference.run(cases, { CONNECTIONS: path });
    await compareWith(text, cases, expected, { readConnections: async () => text });
  }
  rmSync(folder, { recursive: true });
});

async function compare(cases: readonly Case[]): Promise<void> {
  const readConnections = async () => readFileSync(CONNECTIONS, 'latin1');
  await compareWith('', cases, reference.run(cases, { CONNECTIONS }), { readConnections });
}

/** `context` is what a person has to know of a difference. */
async function compareWith(
  context: string,
  cases: readonly Case[],
  expected: readonly Result[],
  world: Partial<World>,
  table: readonly ServiceTable[] = [],
): Promise<void> {
  const different: [string, string][] = [];
  for (const [index, each] of cases.entries()) {
    const pair = [
      transcript(each, await runOurs(each, world, table)),
      transcript(each, seenOf(expected[index]!)),
    ] as const;
    if (pair[0] === pair[1]) identical += linesOf(each);
    else different.push([...pair]);
  }
  const shown = different.slice(0, SHOWN);
  expect(
    shown.map(([ours]) => ours).join('\n'),
    `${different.length} of ${cases.length} differ ${context}`,
  ).toBe(shown.map(([, theirs]) => theirs).join('\n'));
}

function seenOf({ messages, ...rest }: Result): Seen {
  return { ...rest, requests: describeMessages(messages) };
}

function linesOf({ stdin }: Case): number {
  return stdin === undefined ? 1 : stdin.split('\n').filter((line) => line.trim() !== '').length;
}

function transcript({ words, stdin, posix }: Case, { code, stdout, stderr, requests }: Seen): string {
  return [
    `$ ${posix ? 'POSIXLY_CORRECT=1 ' : ''}ipvsadm ${words.map((word) => JSON.stringify(word)).join(' ')}`,
    ...(stdin === undefined ? [] : [JSON.stringify(stdin).replaceAll('\\n', '\n')]),
    withoutOurDifferences(stdout),
    '--- stderr',
    stderr,
    `--- exit code ${code}`,
    ...requests,
  ].join('\n');
}

/** The text of `-h` is our own. */
function withoutOurDifferences(stdout: string): string {
  return stdout.replace(/^Usage:[\s\S]*$/m, 'USAGE');
}
