import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STATE_FOLDER } from '../../../src/host/journal-file.ts';
import { bundle, ip, Namespace } from './namespace.ts';

export const HOST = 'machine';
const MODULES = ['ipv6', 'veth', 'ip_vs', 'ip_vs_wlc', 'ipip', 'ip6_tunnel', 'fou'];

const ON_ANY_KERNEL = [
  'realserver up --mode dr --vip 10.0.0.100,fd00::100',
  'realserver up --mode tun --tunnel gue --tun-port 6080 --vip 10.0.0.100',
  'realserver up --mode tun --rip fd00::10 --vip 10.0.0.100',
  'realserver up --mode nat --director 10.0.0.1 --set-gateway',
  'director up --mode nat --vip 10.0.0.100 --device e0 --take-over',
  'director up --mode nat --vip fd00::100 --device e0 --take-over',
];
const WITH_NFTABLES = ['fullnat up -t 10.0.0.100:80 --local-address 10.0.0.200 --take-over'];

/** Every kind of change is in one of these. NAT in nftables is certain on the kernel that scripts/lab-kernel builds. */
export const CASES = release().includes('lvsadm') ? [...ON_ANY_KERNEL, ...WITH_NFTABLES] : ON_ANY_KERNEL;

/** A host with one Ethernet device, to be prepared and put back. */
export interface TestMachine {
  readonly host: Namespace;
  /** Everything as it was at first. */
  readonly before: readonly string[];
  /** The program that runs a subcommand and may kill itself. */
  readonly victim: string;
  close(): void;
}

export async function buildMachine(): Promise<TestMachine> {
  forgetJournals();
  execFileSync('/sbin/modprobe', ['-a', ...MODULES]);
  ip(
    undefined,
    `netns add ${HOST}\nnetns add peer\nlink add e0 netns ${HOST} type veth peer name e0 netns peer`,
  );
  ip(
    HOST,
    [
      'link set lo up\nlink set e0 up\naddr add 10.0.0.10/24 dev e0\naddr add fd00::10/64 dev e0 nodad',
      'route add default via 10.0.0.254\nroute add default via fd00::254',
      // The first time that it comes up the kernel makes IPv6 settings for it, and keeps them.
      'link set tunl0 up\nlink set tunl0 down',
    ].join('\n'),
  );
  ip('peer', 'link set e0 up');
  const victim = await bundle(new URL('victim.ts', import.meta.url));
  const host = new Namespace(HOST, await bundle(new URL('agent.ts', import.meta.url)));
  // The link-local address is being checked for duplicates.
  await sleep(2500);
  const before = await host.dump();
  return {
    host,
    before,
    victim,
    close() {
      host.close();
      for (const name of [HOST, 'peer']) execFileSync('ip', ['netns', 'delete', name]);
    },
  };
}

/** What other files' hosts left: those are gone, and the numbers that their journals go by are given out again. */
export function forgetJournals(): void {
  for (const name of journals()) {
    if (name.startsWith('machine-')) rmSync(join(STATE_FOLDER, name), { force: true });
  }
}

/** Names of the records that there are. */
export function journals(): string[] {
  const entries = existsSync(STATE_FOLDER) ? readdirSync(STATE_FOLDER) : [];
  // Locks stay.
  return entries.filter((entry) => !entry.endsWith('.lock'));
}
