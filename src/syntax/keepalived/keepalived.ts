import type { Daemon } from '../../model/daemon.ts';
import { type Check, DEFAULT_HEALTH, type ServiceHealth } from '../../model/health.ts';
import type { Timeouts } from '../../model/timeouts.ts';
import { serviceIdOf, serviceKey, type WantedService } from '../../plan/table/wanted.ts';
import { type NamelessCheck, readChecks } from './checks.ts';
import { readGlobals } from './globals.ts';
import { CONFIGURATION } from './grammar.ts';
import { type Group, readGroup } from './group.ts';
import { expandLines, type LineOptions } from './lines.ts';
import { type Note, type Notes, note } from './notes.ts';
import type { ProbeContext } from './probe.ts';
import { applyRules } from './rules.ts';
import type { VirtualServer } from './server.ts';
import { fallbackOf, servicesOf } from './services.ts';
import { readTree, type Statement } from './tree.ts';
import { readVirtualServer } from './virtual-server.ts';

/** A service of the import, with what its checks decide. */
export interface ImportedService {
  readonly service: WantedService;
  readonly health: ServiceHealth;
  /** For each destination, in order, the checks that it has of its own; `undefined`: those of the service. */
  readonly checks: readonly (readonly string[] | undefined)[];
}

/** What a configuration of keepalived comes to. */
export interface Imported {
  readonly timeouts: Partial<Timeouts>;
  readonly daemons: readonly Daemon[];
  readonly checks: readonly Check[];
  readonly services: readonly ImportedService[];
  /** In the order of the lines that they are about. */
  readonly notes: readonly Note[];
}

/** Reads keepalived.conf as keepalived 2.2 does, mistakes included, and says what became of each line. */
export function readKeepalived(file: string, options: LineOptions): Imported {
  const notes: Notes = [];
  const lines = expandLines(file, options, notes);
  const tree = readTree(lines, CONFIGURATION, notes);
  const groups = new Map(
    tree
      .filter(({ keyword }) => keyword === 'virtual_server_group')
      .map((block) => [block.words[0] ?? '', readGroup(block, notes)] as const),
  );
  const context = { files: readFiles(tree), tls: readTls(tree) };
  const names = new CheckNames();
  const seen = new Set<string>();
  const services: ImportedService[] = [];
  for (const block of tree.filter(({ keyword }) => keyword === 'virtual_server')) {
    const server = readVirtualServer(block, notes);
    const group = server && findGroup(server, groups, notes);
    if (!server || group === null || !applyRules(server, group, notes)) continue;
    for (const imported of importServer(server, group, context, names, notes)) {
      const key = serviceKey(imported.service);
      if (seen.has(key))
        note(notes, 'ignored', server.place, `${key} is there already: the first one counts`);
      else services.push(imported);
      seen.add(key);
    }
  }
  const { timeouts, daemons } = readGlobals(tree, notes);
  return { timeouts, daemons, checks: names.checks, services, notes };
}

/** `undefined` for a server that is no group's, `null` for one whose group does not exist. */
function findGroup(
  server: VirtualServer,
  groups: ReadonlyMap<string, Group>,
  notes: Notes,
): Group | undefined | null {
  if (server.at.kind !== 'group') return undefined;
  const group = groups.get(server.at.group);
  if (group && group.addresses.length + group.marks.length > 0) return group;
  note(
    notes,
    'ignored',
    server.place,
    `there is no virtual_server_group ${server.at.group} with entries: keepalived leaves this virtual server out`,
  );
  return null;
}

function importServer(
  server: VirtualServer,
  group: Group | undefined,
  context: Omit<ProbeContext, 'virtualHost'>,
  names: CheckNames,
  notes: Notes,
): ImportedService[] {
  const read = server.servers.map((real) => readChecks(real, server, context, notes));
  const own = read.map(({ checks }) => checks.map((check) => names.nameOf(check)));
  const first = own[0] ?? [];
  const isCommon = own.every((list) => list.join() === first.join());
  return servicesOf(server, group).map((service) => {
    const fallback = fallbackOf(server, serviceIdOf(service), group !== undefined);
    const health: ServiceHealth = {
      ...DEFAULT_HEALTH,
      checks: isCommon ? first : [],
      checkPath: read.some(({ isReal }) => isReal) ? 'real' : 'address',
      start: read.some(({ isAlpha }) => isAlpha) ? 'down' : 'kernel',
      // keepalived's hysteresis counts on both sides of its quorum.
      minimum: fallback
        ? { weight: server.quorum - server.hysteresis, hysteresis: 2 * server.hysteresis }
        : DEFAULT_HEALTH.minimum,
      allDown: fallback ? 'fallback' : 'refuse',
      ...(fallback && { fallback }),
    };
    return { service, health, checks: own.map((list) => (isCommon ? undefined : list)) };
  });
}

function readFiles(tree: readonly Statement[]): ProbeContext['files'] {
  return new Map(
    tree
      .filter(({ keyword }) => keyword === 'track_file' || keyword === 'vrrp_track_file')
      .map((block) => {
        const last = (keyword: string) =>
          block.statements.findLast((statement) => statement.keyword === keyword);
        const weight = Number.parseInt(last('weight')?.words[0] ?? '1', 10);
        return [block.words[0] ?? '', { path: last('file')?.words[0] ?? '', weight }] as const;
      }),
  );
}

function readTls(tree: readonly Statement[]): ProbeContext['tls'] {
  const block = tree.findLast(({ keyword }) => keyword === 'SSL');
  const file = (keyword: string) =>
    block?.statements.findLast((statement) => statement.keyword === keyword)?.words[0];
  const [authority, certificate, key] = [file('ca'), file('certificate'), file('key')];
  return {
    ...(authority !== undefined && { authority }),
    ...(certificate !== undefined && { certificate }),
    ...(key !== undefined && { key }),
  };
}

/** Equal checks have one name: that of their kind, and a number from the second on. */
class CheckNames {
  readonly checks: Check[] = [];
  readonly #names = new Map<string, string>();

  nameOf(check: NamelessCheck): string {
    const key = JSON.stringify(check);
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const { kind } = check.probe;
    const count = this.checks.filter(({ probe }) => probe.kind === kind).length;
    const name = count === 0 ? kind : `${kind}-${count + 1}`;
    this.#names.set(key, name);
    this.checks.push({ name, ...check });
    return name;
  }
}
