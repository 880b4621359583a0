import { IpvsClient } from '../../src/ipvs/client.ts';

// Opens clients until one is refused, and says how many there are and why there are no more.

const clients: IpvsClient[] = [];
try {
  for (;;) clients.push(await IpvsClient.open());
} catch (error) {
  process.stdout.write(`${clients.length} clients: ${(error as Error).message}\n`);
}
for (const client of clients) await client.close();
