import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CMD } from '../../src/ipvs/constants.ts';
import { decodeDestination } from '../../src/ipvs/destination-codec.ts';
import { COMMAND } from '../../src/ipvs/layout.ts';
import { decodeService } from '../../src/ipvs/service-codec.ts';
import { formatServiceId, type ServiceId, serviceFamily } from '../../src/model/service.ts';
import { decodeAttributes } from '../../src/netlink/attributes.ts';
import {
  destinationKey,
  destinationOf,
  serviceKey,
  serviceSettingsOf,
  type WantedDestination,
} from '../../src/plan/table/wanted.ts';

const folder = mkdtempSync(join(tmpdir(), 'lvsadm-import-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const recorder = join(folder, 'record.so');
execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', recorder, join(import.meta.dirname, 'record.c')]);

/** Milliseconds: it is up within a few, and its first checks come after some seconds. */
const PATIENCE = 15_000;
const GENERIC_HEADER = 4;

/** A table as this test compares it: what each service is, and its destinations. */
export type Picture = Record<string, { settings: object; destinations: Record<string, object> }>;

export function pictureOf(
  services: readonly (ServiceId & { readonly destinations: readonly WantedDestination[] })[],
): Picture {
  return Object.fromEntries(
    services.map((service) => [
      serviceKey(service),
      {
        settings: serviceSettingsOf(service as never),
        destinations: Object.fromEntries(
          service.destinations.map((destination) => [
            destinationKey(destination),
            destinationOf(destination),
          ]),
        ),
      },
    ]),
  );
}

let runs = 0;

/** The table that keepalived makes of a configuration, as it asks the kernel for it, in a network of its own. */
export async function tableOfKeepalived(file: string): Promise<Picture> {
  const record = join(folder, `requests-${++runs}`);
  const own = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
  const words = [
    '-C',
    '-n',
    '-l',
    '-i',
    'here',
    '-f',
    file,
    '-p',
    `${record}.pid`,
    '-c',
    `${record}.checkers`,
  ];
  const child = spawn('unshare', [...own, '--kill-child', '--fork', 'keepalived', ...words], {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_PRELOAD: recorder, RECORD: record },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  const ready = new Promise<void>((resolve) => {
    const look = (text: string) => {
      log += text;
      if (/Startup complete|exited with|Stopped/.test(log)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', look);
    child.stderr.setEncoding('utf8').on('data', look);
    child.once('exit', () => resolve());
    setTimeout(resolve, PATIENCE).unref();
  });
  await ready;
  // Not asked to end, so that it does not take its table down first.
  process.kill(-child.pid!, 'SIGKILL');
  if (!log.includes('Startup complete')) throw new Error(`keepalived did not start on ${file}:\n${log}`);
  return pictureOf(readTable(existsSync(record) ? readFileSync(record, 'utf8') : ''));
}

function readTable(text: string) {
  const services = new Map<string, ServiceId & { destinations: WantedDestination[] }>();
  for (const line of text.split('\n').filter(Boolean)) {
    const bytes = Buffer.from(line, 'hex');
    const command = bytes[0];
    const values = decodeAttributes(COMMAND, bytes, GENERIC_HEADER, bytes.length);
    if (command === CMD.NEW_SERVICE) {
      const { counters: _, ...service } = decodeService(values.service!);
      services.set(formatServiceId(service), { ...service, destinations: [] });
    }
    if (command === CMD.NEW_DEST) {
      const id = decodeService(values.service!);
      const service = services.get(formatServiceId(id));
      service?.destinations.push(decodeDestination(values.destination!, serviceFamily(id)));
    }
  }
  return [...services.values()];
}
