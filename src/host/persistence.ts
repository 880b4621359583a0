import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeAtomically } from './atomic-file.ts';

const UNITS = 'etc/systemd/system';
const WANTS = `${UNITS}/multi-user.target.wants`;
const FRAGMENTS = 'etc/sysctl.d';

/** What is to be so after every boot. */
export interface Persisted {
  readonly role: string;
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

/** The words hold addresses, names of devices and numbers only: nothing that systemd would read otherwise but `%`. */
function unitText({ role, name, words }: Persisted): string {
  const quoted = words.map((word) => word.replaceAll('%', '%%').replaceAll('$', '$$$$')).join(' ');
  return `# Written by lvsadm; \`lvsadm ${role} down --persist\` removes it.
[Unit]
Description=Linux Virtual Server: ${name}
Documentation=man:lvsadm-${role}(8)
After=network-online.target systemd-sysctl.service
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/bin/env lvsadm ${role} up ${quoted}

[Install]
WantedBy=multi-user.target
`;
}

function fragmentText({ role, name, settings }: Persisted): string {
  // The dash: a device may not be there yet; the unit, which comes later, sets it then.
  const lines = settings.map(({ path, value }) => `-${path} = ${value}\n`);
  return `# Written by lvsadm for ${name}; \`lvsadm ${role} down --persist\` removes it.\n${lines.join('')}`;
}
