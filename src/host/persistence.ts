import { constants } from 'node:fs';
import { access, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { writeAtomically } from './atomic-file.ts';

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

/** Writes the unit, enables it, and writes the sysctl fragment when there is something in it. Gives the paths. */
export async function writePersisted(root: string, persisted: Persisted): Promise<string[]> {
  const file = fileName(persisted.name);
  const unit = join(root, UNITS, `${file}.service`);
  const wish = join(root, WANTS, `${file}.service`);
  await writeAtomically(unit, unitText(persisted));
  await mkdir(dirname(wish), { recursive: true });
  await rm(wish, { force: true });
  await symlink(`/${UNITS}/${file}.service`, wish);
  const fragment = join(root, FRAGMENTS, `60-${file}.conf`);
  if (persisted.settings.length === 0) return [unit, wish];
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
  for (const [folder, pattern] of [
    [WANTS, /^(lvsadm-.*)\.service$/],
    [UNITS, /^(lvsadm-.*)\.service$/],
    [FRAGMENTS, /^60-(lvsadm-.*)\.conf$/],
  ] as const) {
    const entries: string[] = await readdir(join(root, folder)).catch(() => []);
    for (const entry of entries) {
      const file = pattern.exec(entry)?.[1];
      if (file === undefined) continue;
      if (names.length === 0 ? !file.startsWith(`lvsadm-${role}-`) : !wanted.has(file)) continue;
      const path = join(root, folder, entry);
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

/** Where a unit finds its programs (systemd.exec(5)). */
const UNIT_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** `lvsadm`, if a unit finds it by that name; otherwise the very program that runs. */
export async function findProgram(): Promise<string> {
  for (const folder of UNIT_PATH) {
    const found = await access(join(folder, 'lvsadm'), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return NAMED_PROGRAM;
  }
  return [process.execPath, resolve(process.argv[1] ?? '')].map((path) => `"${escapeUnit(path)}"`).join(' ');
}

function escapeUnit(word: string): string {
  return word.replaceAll('%', '%%').replaceAll('$', '$$$$');
}

/** The words hold addresses, names of devices and numbers only: nothing that systemd would read otherwise but `%`. */
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

[Install]
WantedBy=multi-user.target
`;
}

function fragmentText({ role, name, settings }: Persisted): string {
  // The dash: a device may not be there yet; the unit, which comes later, sets it then.
  const lines = settings.map(({ path, value }) => `-${path} = ${value}\n`);
  return `# Written by lvsadm for ${name}; \`lvsadm ${role} down --persist\` removes it.\n${lines.join('')}`;
}
