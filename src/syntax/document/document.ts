import { familyOf } from '../../model/address.ts';
import type { Daemon, DaemonRole } from '../../model/daemon.ts';
import { isFwmark, isPersistent, type ServiceId, serviceFamily } from '../../model/service.ts';
import type { Timeouts } from '../../model/timeouts.ts';
import {
  destinationKey,
  serviceKey,
  type Wanted,
  type WantedDestination,
  type WantedService,
} from '../../plan/table/wanted.ts';
import { findCut } from './cut.ts';
import { readDaemon } from './daemon.ts';
import { readDestination } from './destination.ts';
import { Findings, readFields, readList } from './fields.ts';
import { readSeconds } from './persistence.ts';
import { formatPlace, type Place, type Problem } from './place.ts';
import { readService } from './service.ts';
import type { Tree } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** A text in YAML or JSON, and the name by which problems call it. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/**
 * A service or destination that the kernel would take, though nobody can mean it. One that is in the table already
 * may stay; it is a problem only where the table would become so.
 */
export interface Doubt extends Problem {
  readonly service: string;
  readonly destination?: string;
}

/** What documents say together, or everything that is wrong with them. */
export type ReadDocument =
  | {
      readonly kind: 'wanted';
      readonly wanted: Wanted;
      readonly doubts: readonly Doubt[];
      readonly hints: readonly Problem[];
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export const DOCUMENT_KEYS = ['$schema', 'timeouts', 'daemons', 'services'] as const;
export const TIMEOUT_KEYS = ['tcp', 'tcpFin', 'udp'] as const;

/** ipvsadm's longest: 31 days, in seconds. */
const LONGEST_TIMEOUT = 31 * 24 * 60 * 60;
const U31 = 2 ** 31 - 1;

/**
 * Reads documents and puts them together. Each service, timeout and sync daemon may be said once; saying it twice is a
 * problem that names both places. Pure; what a file holds is not trusted.
 */
export function readDocuments(sources: readonly Source[]): ReadDocument {
  const reading = new Reading();
  for (const { file, text } of sources) {
    const cut = findCut(text, file);
    if (cut) {
      reading.findings.problems.push(cut);
      continue;
    }
    const { trees, problems } = parseYaml(text, file);
    reading.findings.problems.push(...problems);
    if (trees.length === 0 && problems.length === 0) {
      reading.findings.add({ file, line: 1 }, 'there is nothing in it; an empty table is `services: []`');
    }
    for (const tree of trees) reading.readRoot(tree);
  }
  return reading.finish();
}

class Reading {
  readonly findings = new Findings();
  readonly #hints: Problem[] = [];
  readonly #doubts: Doubt[] = [];
  readonly #places = new Map<string, Place>();
  readonly #timeouts: Partial<Record<keyof Timeouts, number>> = {};
  readonly #daemons: Daemon[] = [];
  readonly #services: WantedService[] = [];
  #foreignDestination: (Place & { readonly what: string }) | undefined;

  readRoot(tree: Tree): void {
    const fields = readFields(tree, 'the document', DOCUMENT_KEYS, this.findings);
    if (!fields) return;
    if (fields.timeouts) this.#readTimeouts(fields.timeouts);
    this.#daemons.push(
      ...readList(fields.daemons, "'daemons'", (item) => this.#readDaemon(item), this.findings),
    );
    this.#services.push(
      ...readList(fields.services, "'services'", (item) => this.#readService(item), this.findings),
    );
  }

  finish(): ReadDocument {
    const daemon = this.#daemons[0];
    if (daemon && this.#foreignDestination) {
      const { what, ...place } = this.#foreignDestination;
      const there = formatPlace(this.#places.get(daemonKey(daemon.role))!);
      this.findings.add(place, `${what}, which the kernel does not allow beside a sync daemon (${there})`);
    }
    const { problems } = this.findings;
    if (problems.length > 0) return { kind: 'problems', problems };
    const wanted = { timeouts: this.#timeouts, daemons: this.#daemons, services: this.#services };
    return { kind: 'wanted', wanted, doubts: this.#doubts, hints: this.#hints };
  }

  #readTimeouts(tree: Tree): void {
    const fields = readFields(tree, "'timeouts'", TIMEOUT_KEYS, this.findings);
    for (const key of TIMEOUT_KEYS) {
      const value = fields?.[key];
      if (!value) continue;
      const seconds = readSeconds(value, key, this.findings, U31);
      if (seconds === 0)
        this.findings.add(value, `${key} must not be 0: the kernel takes that for "as it was"`);
      else if (seconds !== undefined && this.#isFirst(`timeout ${key}`, value)) this.#timeouts[key] = seconds;
    }
  }

  #readDaemon(tree: Tree): Daemon | undefined {
    const daemon = readDaemon(tree, this.findings);
    return daemon && this.#isFirst(daemonKey(daemon.role), tree) ? daemon : undefined;
  }

  #readService(tree: Tree): WantedService | undefined {
    const hint = ({ file, line }: Tree, message: string) => this.#hints.push({ file, line, message });
    const read = readService(tree, this.findings, hint);
    if (!read) return undefined;
    const { service } = read;
    const key = serviceKey(service);
    if (!this.#isFirst(`service ${key}`, tree)) return undefined;
    this.#doubtService(service, key, tree);
    const destinations = readList(
      read.destinations,
      "'destinations'",
      (item) => this.#readDestination(item, service, key),
      this.findings,
    );
    return { ...service, destinations };
  }

  #readDestination(tree: Tree, service: ServiceId, key: string): WantedDestination | undefined {
    const destination = readDestination(tree, service, this.findings);
    if (!destination) return undefined;
    const name = destinationKey(destination);
    if (!this.#isFirst(`destination ${name} of ${key}`, tree)) return undefined;
    if (familyOf(destination.address) !== serviceFamily(service)) {
      const { file, line } = tree;
      this.#foreignDestination ??= { file, line, what: `${name} is of another address family than ${key}` };
    }
    const { forwarding, port, upperThreshold } = destination;
    if (upperThreshold > U31) {
      const message = `upperThreshold is at most ${U31}: not every kernel takes more`;
      this.#doubts.push({ ...placeOf(tree), message, service: key, destination: name });
    }
    if (!isFwmark(service) && forwarding !== 'masquerade' && port !== service.port) {
      const message = `forwarding ${forwarding} cannot change the port: packets for ${name} arrive at port ${service.port}; leave the port out`;
      this.#doubts.push({ ...placeOf(tree), message, service: key, destination: name });
    }
    return destination;
  }

  #doubtService(service: Omit<WantedService, 'destinations'> & ServiceId, key: string, tree: Tree): void {
    const doubt = (message: string) => this.#doubts.push({ ...placeOf(tree), message, service: key });
    if (service.persistenceTimeout > LONGEST_TIMEOUT)
      doubt(`persistence is at most ${LONGEST_TIMEOUT} seconds`);
    if (isFwmark(service)) return;
    if (service.port === 0 && !isPersistent(service)) {
      doubt('a service for all ports (port 0) must have persistence: the kernel drops its packets otherwise');
    }
    if (service.onePacket && service.protocol !== 'udp') doubt('onePacket is for UDP and firewall marks');
  }

  /** Whether this is said for the first time; the second time is a finding. */
  #isFirst(what: string, tree: Tree): boolean {
    const before = this.#places.get(what);
    if (before) this.findings.add(tree, `${what} is at ${formatPlace(before)} already`);
    else this.#places.set(what, placeOf(tree));
    return !before;
  }
}

function placeOf({ file, line }: Tree): Place {
  return { file, line };
}

function daemonKey(role: DaemonRole): string {
  return `the ${role} sync daemon`;
}
