import { expect, test } from 'vitest';
import { sortDestinations, sortServices } from '../../../src/ipvsadm/listing/order.ts';
import type { Endpoint } from '../../../src/model/endpoint.ts';
import type { Protocol } from '../../../src/model/protocol.ts';
import type { ServiceId } from '../../../src/model/service.ts';
import { captured } from './captured.ts';

interface Entry {
  readonly id: ServiceId;
  readonly destinations: Endpoint[];
}

function readEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { address: text.slice(0, colon).replace(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) };
}

function readServiceId(line: string): ServiceId {
  const [kind, name, version] = line.split(/\s+/) as [string, string, string];
  if (kind !== 'FWM') return { protocol: kind.toLowerCase() as Protocol, ...readEndpoint(name) };
  // ipvsadm prints marks as signed numbers.
  return { fwmark: Number(name) >>> 0, family: version === 'IPv6' ? 'inet6' : 'inet' };
}

/** What a captured listing says, in its order. */
function readListing(name: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of captured(name).split('\n').slice(3)) {
    const server = /^ {2}-> (\S+)/.exec(line)?.[1];
    if (server !== undefined) entries.at(-1)!.destinations.push(readEndpoint(server));
    else if (line !== '') entries.push({ id: readServiceId(line), destinations: [] });
  }
  return entries;
}

const UNSORTED = readListing('order-unsorted');
const SORTED = readListing('order-sorted');

test('services whose order is no consistent one come out as ipvsadm sorts them', () => {
  const ids = UNSORTED.map(({ id }) => id);
  expect(ids).toHaveLength(52);
  expect(sortServices(ids)).toEqual(SORTED.map(({ id }) => id));
});

test('destinations of both families come out as ipvsadm sorts them', () => {
  const busiest = (entries: Entry[]) =>
    entries.map(({ destinations }) => destinations).find(({ length }) => length > 0)!;
  expect(busiest(UNSORTED)).toHaveLength(55);
  expect(sortDestinations(busiest(UNSORTED))).toEqual(busiest(SORTED));
});

test('addresses that are close are in numerical order, and ports within an address', () => {
  const destinations = ['10.0.0.10:80', '10.0.0.9:81', '10.0.0.9:80'].map(readEndpoint);
  expect(sortDestinations(destinations)).toEqual(
    ['10.0.0.9:80', '10.0.0.9:81', '10.0.0.10:80'].map(readEndpoint),
  );
});

test('addresses more than 2³¹ apart come the wrong way round', () => {
  const destinations = ['10.0.0.1:80', '192.168.0.1:80'].map(readEndpoint);
  expect(sortDestinations(destinations)).toEqual(['192.168.0.1:80', '10.0.0.1:80'].map(readEndpoint));
});

test('equal ones keep their order', () => {
  const [first, second] = [
    { address: '10.0.0.1', port: 80, name: 'first' },
    { address: '10.0.0.1', port: 80, name: 'second' },
  ];
  expect(sortDestinations([first, second])).toEqual([first, second]);
});

test.each([
  ['[a00:1::5]:80 10.0.0.1:80', '10.0.0.1:80 [a00:1::5]:80'],
  ['10.0.0.1:80 [a00:1::5]:80', '10.0.0.1:80 [a00:1::5]:80'],
  ['[a00:1:ffff::]:80 10.0.0.1:80', '[a00:1:ffff::]:80 10.0.0.1:80'],
  ['10.0.0.1:80 [a00:1:ffff::]:80', '10.0.0.1:80 [a00:1:ffff::]:80'],
  ['10.0.0.1:81 [a00:1::]:80', '[a00:1::]:80 10.0.0.1:81'],
])('between families the left one decides how much is compared: %s', (unsorted, sorted) => {
  expect(sortDestinations(unsorted.split(' ').map(readEndpoint))).toEqual(
    sorted.split(' ').map(readEndpoint),
  );
});
