import { setTimeout as sleep } from 'node:timers/promises';
import { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Change } from '../../../src/model/change.ts';

// Adds and deletes services, and destinations of one service, until it is killed: `churn SERVICES DESTINATIONS`. Says
// `ready` when it has gone round once.

const [services = 0, destinations = 0] = process.argv.slice(2).map(Number);
const STABLE = { protocol: 'tcp', address: '10.9.0.1', port: 1 } as const;

const coming: Change[] = [];
const going: Change[] = [];
for (let n = 1; n <= services; n++) {
  const service = { protocol: 'udp', address: '10.9.0.2', port: n } as const;
  coming.push({ kind: 'add-service', service });
  going.push({ kind: 'delete-service', service });
}
for (let n = 1; n <= destinations; n++) {
  const destination = { address: '10.8.0.1', port: n };
  coming.push({ kind: 'add-destination', service: STABLE, destination });
  going.push({ kind: 'delete-destination', service: STABLE, destination });
}

/** Few at a time, so that there is always something under way while others read. */
const PIECE = 25;

const client = await IpvsClient.open();
for (let round = 0; ; round++) {
  for (const changes of [coming, going]) {
    for (let at = 0; at < changes.length; at += PIECE) {
      await client.batch(changes.slice(at, at + PIECE));
      // Others are to get a turn, however busy the machine is.
      await sleep(1);
    }
  }
  if (round === 0) process.stdout.write('ready\n');
}
