import { setTimeout } from 'node:timers/promises';
import { IpvsClient } from '../../src/ipvs/client.ts';
import { Reference } from './reference.ts';
import type { Outcome, Sequence, Step } from './sequence.ts';
import { runOurs } from './subject.ts';

/**
 * Milliseconds for a daemon that was started to begin its work. The kernel never acknowledges the end of one that has
 * not, and starting a process for each command, as the reference needs, takes longer anyway.
 */
const DAEMON_PAUSE = 30;

/** Runs sequences with the real ipvsadm and with ours, one after the other, on the same table of the same kernel. */
export class Comparison {
  readonly reference = new Reference();
  readonly #client: IpvsClient;
  identical = 0;
  commands = 0;

  private constructor(client: IpvsClient) {
    this.#client = client;
  }

  /** Rejects where there is no IPVS, and where the table is somebody's: everything in it would be lost. */
  static async begin(): Promise<Comparison> {
    const client = await IpvsClient.open();
    const { length } = await client.services();
    if (length > 0) throw new Error(`this table is in use (${length} services): run this in scripts/lab`);
    return new Comparison(client);
  }

  async end(): Promise<void> {
    await this.reset();
    await this.#client.close();
    this.reference.close();
  }

  /** What both have printed and returned, as two texts to be compared. */
  async run({ steps }: Sequence): Promise<{ readonly reference: string; readonly ours: string }> {
    await this.reset();
    const reference = transcript(steps, await this.reference.run(steps));
    await this.reset();
    const outcomes: Outcome[] = [];
    for (const step of steps) {
      outcomes.push(await runOurs(step));
      if (startsDaemon(step)) await setTimeout(DAEMON_PAUSE);
    }
    const ours = transcript(steps, outcomes);
    if (ours === reference) this.count(steps.length);
    return { reference, ours };
  }

  /** One more sequence turned out identical. */
  count(commands: number): void {
    this.identical += 1;
    this.commands += commands;
  }

  /** The state of a fresh network namespace. */
  async reset(): Promise<void> {
    await this.#client.flush();
    await this.#client.setTimeouts({ tcp: 900, tcpFin: 120, udp: 300 });
    for (const { role, syncId } of await this.#client.daemons()) await this.#client.stopDaemon(role, syncId);
  }
}

/** Everything that was seen, as one text whose differences a person can read. */
export function transcript(steps: readonly Step[], outcomes: readonly Outcome[]): string {
  return steps
    .map((step, index) => {
      const { stdout, stderr, code } = outcomes[index]!;
      const words = step.words.map((word) => (/^[\w./:=,@[\]-]+$/.test(word) ? word : JSON.stringify(word)));
      return `$ ipvsadm ${words.join(' ')}\n${stdout}--- stderr\n${stderr}--- exit code ${code}\n`;
    })
    .join('\n');
}

function startsDaemon({ words, stdin = '' }: Step): boolean {
  return [...words, stdin].some((word) => word.includes('--start-daemon'));
}
