import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../host/host.ts';
import type { Journal } from '../host/journal.ts';
import { settingKey } from '../model/setting.ts';
import type { Step } from '../plan/host/steps.ts';
import { release, type Undone, undo } from './apply.ts';
import type { CommonOptions, Drain, Role, Target } from './role.ts';

/** Milliseconds between two looks at the connections. */
const PAUSE = 500;

/**
 * Takes owners down without cutting a connection: first nothing new is let in, then what the live ones need stays until
 * they have ended. Waits as long as the options say; owners that have live connections after that stay on record.
 */
export async function takeDown(
  machine: Host,
  journal: Journal,
  { drain }: Role & { readonly drain: Drain },
  owners: readonly string[],
  { now, wait }: Pick<CommonOptions, 'now' | 'wait'>,
): Promise<Undone & { readonly notes: string[] }> {
  const switched = await release(machine, journal, owners, drain.isSwitch);
  const live = now ? new Map<string, number>() : await awaitEnd(machine, journal, drain, owners, wait);
  const ended = owners.filter((owner) => !live.has(owner));
  const undone = await undo(machine, journal, ended);
  return {
    restored: [...switched.restored, ...undone.restored],
    left: [...switched.left, ...undone.left],
    notes: [...live].map(
      ([owner, count]) =>
        `${owner}: no new connections; ${count} live ${count === 1 ? 'one keeps' : 'ones keep'} what it takes. Say this again when they have ended, or --wait SECONDS, or --now to cut them`,
    ),
  };
}

async function awaitEnd(
  machine: Host,
  journal: Journal,
  drain: Drain,
  owners: readonly string[],
  seconds: number,
): Promise<Map<string, number>> {
  const end = performance.now() + 1000 * seconds;
  for (;;) {
    const live = new Map<string, number>();
    for (const owner of owners) {
      const count = await drain.countLive(machine, journal.owners.get(owner) ?? []);
      if (count > 0) live.set(owner, count);
    }
    if (live.size === 0 || performance.now() >= end) return live;
    await sleep(PAUSE);
  }
}

/**
 * Undoes what targets that were up with other words do not need any more, unless live connections do: that stays on
 * record, and goes with a later `up` or `down`.
 */
export async function dropUnneeded(
  machine: Host,
  journal: Journal,
  drain: Drain,
  targets: readonly Target[],
  done: readonly Step[],
): Promise<string[]> {
  const needed = new Set(done.map(({ what }) => what));
  const notes: string[] = [];
  for (const { owner, words } of targets) {
    const spare = journal.entries
      .filter((entry) => entry.owners.includes(owner) && !needed.has(settingKey(entry.setting)))
      .map(({ setting }) => setting);
    const idle = new Set<string>();
    for (const setting of spare) {
      const key = settingKey(setting);
      const count = await drain.countLive(machine, words, setting);
      if (count === 0) idle.add(key);
      else notes.push(`${key} stays for ${count} live connections; say this again when they have ended`);
    }
    await release(machine, journal, [owner], (setting) => idle.has(settingKey(setting)));
  }
  return notes;
}
