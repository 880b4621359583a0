import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, it } from 'vitest';
import { formatAddress } from '../../../src/model/address.ts';
import { type RawNetworkEvent, subscribeNetwork } from '../../../src/netlink/families/route/events.ts';
import type { Overrun, Subscription } from '../../../src/netlink/subscription.ts';

// A device of our own in the namespace that this runs in: nothing else is touched.
const DEVICE = 'watched0';
const ip = (words: string) => execFileSync('ip', words.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });

let watched: Subscription<RawNetworkEvent>;
beforeAll(() => {
  watched = subscribeNetwork(['link', 'address', 'route', 'neighbour']);
});
beforeEach(() => {
  try {
    ip(`link del ${DEVICE}`);
  } catch {
    // It is not there.
  }
});
afterAll(() => watched.close());

/** As `link watched0 up`, `-address 10.66.0.1/24`, `route 10.77.0.0/16 via 10.66.0.2`, `neighbour 10.66.0.9 02…09`. */
function text(event: RawNetworkEvent | Overrun): string {
  if (event.kind === 'overrun') return 'overrun';
  const sign = event.gone ? '-' : '';
  switch (event.kind) {
    case 'link':
      return `${sign}link ${event.link.name} ${event.link.up ? 'up' : 'down'}`;
    case 'address':
      return `${sign}address ${formatAddress(event.address.address)}/${event.address.prefixLength}`;
    case 'route': {
      const { destination, prefixLength, gateway } = event.route;
      return `${sign}route ${destination && formatAddress(destination)}/${prefixLength} via ${gateway && formatAddress(gateway)}`;
    }
    case 'neighbour':
      return `${sign}neighbour ${formatAddress(event.neighbour.address)} ${Buffer.from(event.neighbour.hardwareAddress).toString('hex')}`;
  }
}

/** Reads on until this has been told. */
async function toldOf(
  wanted: string,
  events: AsyncIterable<RawNetworkEvent | Overrun> = watched,
): Promise<void> {
  const iterator = events[Symbol.asyncIterator]();
  const seen: string[] = [];
  const late = setTimeout(() => watched.close(), 10_000);
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) throw new Error(`not told of '${wanted}', but of ${seen.join(', ')}`);
    seen.push(text(value));
    if (text(value) === wanted) break;
  }
  clearTimeout(late);
}

describe('a subscription is told', () => {
  it('of links, addresses, routes and neighbours that come and go', async () => {
    ip(`link add ${DEVICE} type dummy`);
    await toldOf(`link ${DEVICE} down`);
    ip(`link set ${DEVICE} up`);
    await toldOf(`link ${DEVICE} up`);
    ip(`addr add 10.66.0.1/24 dev ${DEVICE}`);
    await toldOf('address 10.66.0.1/24');
    ip(`addr add fd66::1/64 dev ${DEVICE} nodad`);
    await toldOf('address fd66::1/64');
    ip(`route add 10.77.0.0/16 via 10.66.0.2 dev ${DEVICE}`);
    await toldOf('route 10.77.0.0/16 via 10.66.0.2');
    ip(`-6 route add fd77::/32 via fd66::2 dev ${DEVICE}`);
    await toldOf('route fd77::/32 via fd66::2');
    ip(`neigh add 10.66.0.9 lladdr 02:00:00:00:00:09 dev ${DEVICE}`);
    await toldOf('neighbour 10.66.0.9 020000000009');
    ip(`neigh del 10.66.0.9 dev ${DEVICE}`);
    await toldOf('-neighbour 10.66.0.9 ');
    ip(`route del 10.77.0.0/16 via 10.66.0.2 dev ${DEVICE}`);
    await toldOf('-route 10.77.0.0/16 via 10.66.0.2');
    ip(`addr del 10.66.0.1/24 dev ${DEVICE}`);
    await toldOf('-address 10.66.0.1/24');
    ip(`link del ${DEVICE}`);
    await toldOf(`-link ${DEVICE} down`);
  });

  it('that events were lost when it was too slow, and then goes on', async () => {
    const slow = subscribeNetwork(['address']);
    try {
      ip(`link add ${DEVICE} type dummy`);
      // This process does not read meanwhile: 1 MiB of buffer, some 800 bytes an event by the kernel's accounting.
      const lines = Array.from(
        { length: 6000 },
        (_, n) => `addr add 10.${70 + (n >> 12)}.${(n >> 4) & 255}.${1 + (n & 15)}/32 dev ${DEVICE}`,
      );
      execFileSync('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
      await toldOf('overrun', slow);
      ip(`addr add 10.66.0.7/32 dev ${DEVICE}`);
      await toldOf('address 10.66.0.7/32', slow);
    } finally {
      slow.close();
    }
  });
});
