import { IpvsError } from '../../src/ipvs/errors.ts';
import type { Kernel } from '../../src/ipvs/kernel.ts';
import type { Change } from '../../src/model/change.ts';
import type { Clock } from '../../src/model/clock.ts';
import { NetlinkError } from '../../src/netlink/errors.ts';
import type { World } from '../../src/process/world.ts';

/** What a kernel refuses: given a change, the number of an errno, or nothing. */
export type Refuse = (change: Change) => number | undefined;

/** A kernel that keeps a list of the changes it was given, and of how they came. */
export interface FakeKernel extends Kernel {
  /** Every change that was taken, in order. */
  readonly changes: Change[];
  /** How many changes each batch had. */
  readonly batches: number[];
  closed: boolean;
}

export function fakeKernel(refuse: Refuse = () => undefined): FakeKernel {
  const changes: Change[] = [];
  const batches: number[] = [];
  const attempt = (change: Change): IpvsError | undefined => {
    const errno = refuse(change);
    if (errno === undefined) {
      changes.push(change);
      return undefined;
    }
    return new IpvsError(change, new NetlinkError('refused', 'refused', { errno }));
  };
  return {
    changes,
    batches,
    closed: false,
    info: async () => ({ version: '1.2.1', connectionTableSize: 4096 }),
    service: async (service) => {
      const error = new NetlinkError('refused', 'refused', { errno: 3 });
      throw new IpvsError({ kind: 'get-service', service }, error);
    },
    destinations: async () => [],
    services: async () => [],
    tables: async () => [],
    async eachTable(services, visit) {
      for (const service of services) visit({ ...service, destinations: [] });
    },
    timeouts: async () => ({ tcp: 900, tcpFin: 120, udp: 300 }),
    daemons: async () => [],
    async change(change) {
      const error = attempt(change);
      if (error) throw error;
    },
    async batch(wanted) {
      batches.push(wanted.length);
      return wanted.flatMap((change, index) => {
        const error = attempt(change);
        return error ? [{ index, change, error }] : [];
      });
    },
    async close() {
      this.closed = true;
    },
  };
}

export interface FakeWorld extends World {
  readonly printed: [stream: 'out' | 'err', text: string][];
  readonly stdoutText: string;
  readonly stderrText: string;
}

export function fakeWorld(overrides: Partial<World> = {}): FakeWorld {
  const printed: ['out' | 'err', string][] = [];
  const textOf = (wanted: string) =>
    printed
      .filter(([stream]) => stream === wanted)
      .map(([, text]) => text)
      .join('');
  const kernel = fakeKernel();
  return {
    programName: 'ipvsadm',
    version: () => '1.0.0',
    environment: {},
    stdin: input(),
    stdout: { write: (text) => void printed.push(['out', text]) },
    stderr: { write: (text) => void printed.push(['err', text]) },
    openKernel: async () => kernel,
    openHost: () => Promise.reject(new Error('this host is not to be touched')),
    takeLock: async () => ({ release: async () => {} }),
    clock: fakeClock(),
    interrupt: () => ({ signal: new AbortController().signal, dispose: () => {} }),
    loadModule: async () => false,
    mayOpenRawSockets: async () => true,
    explainAbsence: async () => 'there is no module',
    findHost: async () => null,
    servicePort: () => undefined,
    findNames: async () => ({ host: () => undefined, port: () => undefined }),
    localAddresses: async () => new Map(),
    readConnections: async () => '',
    readFile: async () => '',
    ...overrides,
    printed,
    get stdoutText() {
      return textOf('out');
    },
    get stderrText() {
      return textOf('err');
    },
  };
}

/** A clock that is moved on by those who wait. */
export function fakeClock(): Clock {
  let time = 0;
  return {
    now: () => time,
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** Standard input that arrives in these pieces. */
export async function* input(...pieces: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* pieces;
}
