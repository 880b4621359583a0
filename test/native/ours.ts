import type { Kernel } from '../../src/ipvs/kernel.ts';
import { encodeChange, encodeServiceQuery, type Request } from '../../src/ipvs/requests.ts';
import { runIpvsadm } from '../../src/ipvsadm/run.ts';
import type { Change } from '../../src/model/change.ts';
import { NO_COUNTERS } from '../../src/model/counters.ts';
import { formatServiceId, type ServiceStatus } from '../../src/model/service.ts';
import type { ServiceTable } from '../../src/model/table.ts';
import { processWorld } from '../../src/process/process-world.ts';
import type { World } from '../../src/process/world.ts';
import type { Case } from './reference.ts';
import { describeRequest } from './requests.ts';

/** What came of a case: the requests as texts. */
export interface Seen {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly string[];
}

const SHOWN: ServiceStatus = {
  protocol: 'tcp',
  address: '192.0.2.1',
  port: 80,
  scheduler: 'rr',
  schedulerFlags: [],
  persistenceTimeout: 0,
  persistenceMask: '255.255.255.255',
  persistenceEngine: '',
  onePacket: false,
  counters: NO_COUNTERS,
};

/** The kernel that `many-ipvsadm.c` plays: it has one service to show when it is asked for
 * one, and agrees to everything. */
function recordingKernel(requests: string[], table: readonly ServiceTable[]): Kernel {
  const record = (request: Request) => void requests.push(describeRequest(request));
  const none = async () => [];
  return {
    info: async () => ({ version: '1.2.1', connectionTableSize: 4096 }),
    async service(id) {
      record(encodeServiceQuery(id));
      return SHOWN;
    },
    services: async () => table.map(({ destinations: _, ...service }) => service),
    destinations: none,
    tables: none,
    async eachTable(services, visit) {
      for (const service of services) {
        const known = table.find((each) => formatServiceId(each) === formatServiceId(service));
        visit({ ...service, destinations: known?.destinations ?? [] });
      }
    },
    timeouts: async () => ({ tcp: 0, tcpFin: 0, udp: 0 }),
    daemons: none,
    change: async (change) => record(encodeChange(change)),
    async batch(changes: readonly Change[]) {
      for (const change of changes) record(encodeChange(change));
      return [];
    },
    close: async () => {},
  };
}

/** Our program under ipvsadm's name, in this process, with such a kernel. */
export async function runOurs(
  { words, stdin = '', posix = false }: Case,
  changes: Partial<World> = {},
  table: readonly ServiceTable[] = [],
): Promise<Seen> {
  let stdout = '';
  let stderr = '';
  const requests: string[] = [];
  const { findNames } = WORLD;
  const code = await runIpvsadm(words, {
    ...WORLD,
    programName: 'ipvsadm',
    environment: posix ? { POSIXLY_CORRECT: '1' } : {},
    openKernel: async () => recordingKernel(requests, table),
    findHost: async () => null,
    findNames: () => findNames(new Set()),
    stdin: toPieces(stdin),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    ...changes,
  });
  return { code, stdout, stderr, requests };
}

const WORLD = processWorld();

/** Restored lines come in pieces that end anywhere. */
async function* toPieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 37) yield bytes.subarray(at, at + 37);
}
