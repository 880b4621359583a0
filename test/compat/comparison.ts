import { IpvsClient } from '../../src/ipvs/client.ts';
import type { Change } from '../../src/model/change.ts';
import { Program } from './program.ts';
import type { Outcome, Sequence, Step } from './sequence.ts';
import { runOurs } from './subject.ts';

/** Something that carries out steps. */
export type Runner = Pick<Program, 'run'>;

/** Everything that the real ipvsadm and ours have printed and returned, as two texts to be compared. */
export interface Transcripts {
  readonly reference: string;
  readonly ours: string;
}

/** How often both look at something that changes by itself until they may have seen the same. */
const LOOKS = 10;

/** Ours, in this process. */
const IN_PROCESS: Runner = {
  async run(steps) {
    const outcomes: Outcome[] = [];
    for (const step of steps) outcomes.push(await runOurs(step));
    return outcomes;
  },
};

/** Runs sequences with the real ipvsadm and with ours, one after the other, on the same table of the same kernel. */
export class Comparison {
  readonly #client: IpvsClient;
  readonly #ipvsadm = new Program(['ipvsadm']);
  #identical = 0;
  #commands = 0;

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
    this.#ipvsadm.close();
  }

  /** Both begin with an empty table. */
  async run(
    { steps }: Sequence,
    reference: Runner = this.#ipvsadm,
    ours: Runner = IN_PROCESS,
  ): Promise<Transcripts> {
    await this.reset();
    const expected = await reference.run(steps);
    await this.reset();
    const seen = await ours.run(steps);
    return this.#compared(steps, expected, seen);
  }

  /** Both look at the table as it is, at the same moment: the reference says the same before and after. */
  async look(step: Step): Promise<Transcripts> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.#ipvsadm.run([step]);
      const seen = await IN_PROCESS.run([step]);
      const after = await this.#ipvsadm.run([step]);
      const isStill = transcript([step], before) === transcript([step], after);
      if (isStill || attempt === LOOKS) return this.#compared([step], after, seen);
    }
  }

  /** Only the real one, or only ours, on the table as it is. */
  async runOne(which: 'ipvsadm' | 'ours', steps: readonly Step[]): Promise<Outcome[]> {
    return (which === 'ipvsadm' ? this.#ipvsadm : IN_PROCESS).run(steps);
  }

  /** Changes the table as another program may, in ways that no command line has. */
  async change(change: Change): Promise<void> {
    await this.#client.change(change);
  }

  /** The state of a fresh network namespace. */
  async reset(): Promise<void> {
    await this.#client.flush();
    await this.#client.setTimeouts({ tcp: 900, tcpFin: 120, udp: 300 });
    for (const { role, syncId } of await this.#client.daemons()) await this.#client.stopDaemon(role, syncId);
  }

  /** How many sequences were the same, and how many commands those had. */
  get count(): string {
    return `${this.#identical} sequences identical, ${this.#commands} commands`;
  }

  #compared(steps: readonly Step[], expected: readonly Outcome[], seen: readonly Outcome[]): Transcripts {
    const transcripts = { reference: transcript(steps, expected), ours: transcript(steps, seen) };
    if (transcripts.reference === transcripts.ours) {
      this.#identical += 1;
      this.#commands += steps.length;
    }
    return transcripts;
  }
}

/** What was seen, as a text whose differences a person can read. */
function transcript(steps: readonly Step[], outcomes: readonly Outcome[]): string {
  return steps
    .map((step, index) => {
      const { stdout, stderr, code } = outcomes[index]!;
      const words = step.words.map((word) => (/^[\w./:=,@[\]-]+$/.test(word) ? word : JSON.stringify(word)));
      return `$ ipvsadm ${words.join(' ')}\n${stdout}--- stderr\n${stderr}--- exit code ${code}\n`;
    })
    .join('\n');
}
