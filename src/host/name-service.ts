import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type HostsFile, parseHostsFile } from './hosts-file.ts';

/** Where this system's names are: files, and the program that asks the C library. */
export interface NameSystem {
  readonly hosts: string;
  readonly nsswitch: string;
  readonly getent: string;
}

export const SYSTEM: NameSystem = { hosts: '/etc/hosts', nsswitch: '/etc/nsswitch.conf', getent: 'getent' };

/** One place where names of hosts are looked for: the hosts file, or others as nsswitch.conf(5) writes them: `mymachines dns`. */
export type HostSource = HostsFile | string;

/** Reads where names of hosts come from, in order. What cannot be read is what the C library takes in its place, or empty. */
export function readHostSources({ hosts, nsswitch }: NameSystem): HostSource[] {
  const line = /^[ \t]*hosts[ \t]*:([^#\n]*)/im.exec(readIfThere(nsswitch).toString('latin1'))?.[1];
  const words = (line ?? 'files dns').match(/\[[^\]]*\]|[^\s[]+/g) ?? [];
  const sources: HostSource[] = [];
  let others: string[] = [];
  const endOthers = () => {
    if (others.length > 0) sources.push(others.join(' '));
    others = [];
  };
  for (const [index, word] of words.entries()) {
    // An action decides whether what follows is asked, and only the C library knows how its condition turned out.
    if (word !== 'files' || others.at(-1)?.startsWith('[')) {
      others.push(word);
      continue;
    }
    endOthers();
    sources.push(parseHostsFile(readIfThere(hosts)));
    const action = words[index + 1]?.startsWith('[') ? words.splice(index + 1, 1)[0]! : '';
    if (/NOTFOUND\s*=\s*return/i.test(action) && !/!\s*NOTFOUND/i.test(action)) return sources;
  }
  endOthers();
  return sources;
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Where `getent` is, whatever PATH says; only then what PATH says. */
const PLACES = '/usr/bin:/bin';

/** What an answer of `getent` is: its lines, each as words; `undefined` when there is no such program. */
export type Answer = readonly (readonly string[])[] | undefined;

/**
 * Asks `getent`, a part of the C library, for names of a database: what it says of those that it knows. `limit` is in
 * milliseconds; without one it takes as long as the system's resolver does.
 */
export function askGetent(
  { getent }: NameSystem,
  words: readonly string[],
  limit = 0,
  environment: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const env = { ...process.env, ...environment, PATH: `${PLACES}:${process.env.PATH ?? ''}` };
  return new Promise((resolve) => {
    // It ends with code 2 when one of the names is not known; what it said of the others counts.
    execFile(getent, [...words], { timeout: limit, killSignal: 'SIGKILL', env }, (error, stdout) => {
      if (error?.code === 'ENOENT') return resolve(undefined);
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve(lines.map((line) => line.split(/\s+/)));
    });
  });
}
