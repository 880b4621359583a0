import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { knownByName } from '../model/known-by-name.ts';
import { writeAtomically } from './atomic-file.ts';
import { insideRoot } from './inside-root.ts';
import { locateProgram } from './programs.ts';

const UNITS = 'etc/systemd/system';
const WANTS = `${UNITS}/multi-user.target.wants`;
const FRAGMENTS = 'etc/sysctl.d';

/** On another machine than this one: wherever its units find it. */
export const NAMED_PROGRAM = '/usr/bin/env lvsadm';

/** What is to be so after every boot. */
export interface Persisted {
  readonly role: string;
  /** The program, as the words of a unit's command line. */
  readonly program: string;
  /** The owner's name, such as `realserver 10.0.0.100`. */
  readonly name: string;
  /** The words after `up`. */
  readonly words: readonly string[];
  readonly settings: readonly { readonly path: string; readonly value: string }[];
}

/** Names of devices that systemd and sysctl.d take as they are: no quotes, no patterns, no ends of words or keys. */
const PLAIN = /^[\w.@%:,+[\]/()-]+$/;

/** What `--persist` cannot keep: one sentence. */
export class PersistRefusal extends Error {
  override readonly name = 'PersistRefusal';
  static override readonly [Symbol.hasInstance] = knownByName('PersistRefusal');
}

/**
 * Writes the unit, enables it, and writes the sysctl fragment when there is something in it. Gives the paths. Rejects
 * with a PersistRefusal, before anything is written, for what a unit would read otherwise, and for a link that leads
 * out of the root.
 */
export async function writePersisted(root: string, persisted: Persisted): Promise<string[]> {
  for (const word of [...persisted.words, ...persisted.settings.map(({ path }) => path)]) {
    if (PLAIN.test(word)) continue;
    throw new PersistRefusal(
      `${JSON.stringify(word)} has characters that systemd would read otherwise in a unit: rename the device (ip link set … name …), or leave --persist away and run the command at boot yourself`,
    );
  }
  const file = fileName(persisted.name);
  const [units, wants, fragments] = (await Promise.all(
    [UNITS, WANTS, FRAGMENTS].map((folder) => insideRoot(root, folder)),
  )) as [string, string, string];
  for (const folder of [units, wants]) await mkdir(folder, { recursive: true, mode: 0o755 });
  const unit = join(units, `${file}.service`);
  const wish = join(wants, `${file}.service`);
  await writeAtomically(unit, unitText(persisted));
  await rm(wish, { force: true });
  await symlink(`/${UNITS}/${file}.service`, wish);
  if (persisted.settings.length === 0) return [unit, wish];
  await mkdir(fragments, { recursive: true, mode: 0o755 });
  const fragment = join(fragments, `60-${file}.conf`);
  await writeAtomically(fragment, fragmentText(persisted));
  return [unit, wish, fragment];
}

/** Removes what `writePersisted` wrote for these owners, or for all of the role. Gives the paths that were there. */
export async function removePersisted(
  root: string,
  role: string,
  names: readonly string[],
): Promise<string[]> {
  const wanted = new Set(names.map(fileName));
  const removed: string[] = [];
  for (const [place, pattern] of [
    [WANTS, /^(lvsadm-.*)\.service$/],
    [UNITS, /^(lvsadm-.*)\.service$/],
    [FRAGMENTS, /^60-(lvsadm-.*)\.conf$/],
  ] as const) {
    const folder = await insideRoot(root, place);
    const entries: string[] = await readdir(folder).catch(() => []);
    for (const entry of entries) {
      const file = pattern.exec(entry)?.[1];
      if (file === undefined) continue;
      if (names.length === 0 ? !file.startsWith(`lvsadm-${role}-`) : !wanted.has(file)) continue;
      const path = join(folder, entry);
      await rm(path, { force: true });
      removed.push(path);
    }
  }
  return removed;
}

/** `lvsadm-realserver-10.0.0.100`; a colon is allowed in the names of units, and of files. */
function fileName(name: string): string {
  return `lvsadm-${name.replaceAll(' ', '-').replace(/[[\]()]/g, '')}`;
}

/** `lvsadm`, if a unit finds it by that name (systemd.exec(5)); otherwise the very program that runs. */
export async function findProgram(): Promise<string> {
  if ((await locateProgram('lvsadm')) !== undefined) return NAMED_PROGRAM;
  return [process.execPath, resolve(process.argv[1] ?? '')].map((path) => `"${escapeUnit(path)}"`).join(' ');
}

function escapeUnit(word: string): string {
  return word.replaceAll('%', '%%').replaceAll('$', '$$$$');
}

/**
 * What the command needs, and no more: to change the network, and to load modules. It writes below /proc/sys and into
 * the folder of its record, and runs a compiler of its own (Node.js), so what forbids those is left out.
 */
const HARDENING = `CapabilityBoundingSet=CAP_NET_ADMIN CAP_SYS_MODULE
NoNewPrivileges=yes
RuntimeDirectory=lvsadm
RuntimeDirectoryPreserve=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
`;

function unitText({ role, program, name, words }: Persisted): string {
  const quoted = words.map(escapeUnit).join(' ');
  return `# Written by lvsadm; \`lvsadm ${role} down --persist\` removes it.
[Unit]
Description=Linux Virtual Server: ${name}
Documentation=man:lvsadm-${role}(8)
After=network-online.target systemd-sysctl.service
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${program} ${role} up ${quoted}
${HARDENING}
[Install]
WantedBy=multi-user.target
`;
}

function fragmentText({ role, name, settings }: Persisted): string {
  // The dash: a device may not be there yet; the unit, which comes later, sets it then.
  const lines = settings.map(({ path, value }) => `-${path} = ${value}\n`);
  return `# Written by lvsadm for ${name}; \`lvsadm ${role} down --persist\` removes it.\n${lines.join('')}`;
}
