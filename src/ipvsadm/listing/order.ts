import { addressBytes, inetNumber } from '../../model/address.ts';
import type { DestinationStatus } from '../../model/destination.ts';
import type { Protocol } from '../../model/protocol.ts';
import { isFwmark, type ServiceId, serviceFamily } from '../../model/service.ts';

/**
 * ipvsadm's order. It compares addresses and marks by the sign of their difference in 32 bits, so two that are more
 * than 2³¹ apart come the wrong way round: 192.168.0.1 before 10.0.0.1, mark 4294967295 before no mark. Saved files
 * are compared line by line with older ones, so the order is kept, oddity and all. As it is no consistent order
 * (a before b before c before a), the result also depends on how it is sorted: like the C library's `qsort`.
 */
export function sortServices<T extends ServiceId>(services: readonly T[]): T[] {
  return sortByKeys(services, serviceKey, compareServiceKeys);
}

/** Destinations by address, then port; see `sortServices`. */
export function sortDestinations<T extends Pick<DestinationStatus, 'address' | 'port'>>(
  destinations: readonly T[],
): T[] {
  return sortByKeys(destinations, destinationKey, compareDestinationKeys);
}

interface DestinationKey {
  /** One word of 32 bits for IPv4, four for IPv6. */
  readonly address: readonly number[];
  readonly port: number;
}

interface ServiceKey extends DestinationKey {
  readonly mark: number;
  readonly family: number;
  readonly protocol: number;
}

const PROTOCOL_NUMBER: Partial<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

function serviceKey(service: ServiceId): ServiceKey {
  const family = serviceFamily(service) === 'inet' ? 4 : 6;
  if (isFwmark(service)) return { mark: service.fwmark, family, protocol: 0, address: [0], port: 0 };
  const { protocol } = service;
  const number = PROTOCOL_NUMBER[protocol] ?? Number(protocol.slice('protocol-'.length));
  return { mark: 0, family, protocol: number, ...destinationKey(service) };
}

function destinationKey({ address, port }: { address: string; port: number }): DestinationKey {
  return { address: addressWords(address), port };
}

function compareServiceKeys(a: ServiceKey, b: ServiceKey): number {
  const byMark = (a.mark - b.mark) | 0;
  return byMark || a.family - b.family || a.protocol - b.protocol || compareDestinationKeys(a, b);
}

/** Destinations of both families can meet here (tunnels): as many words count as the left one has. */
function compareDestinationKeys(a: DestinationKey, b: DestinationKey): number {
  for (let index = 0; index < a.address.length; index++) {
    const difference = (a.address[index]! - (b.address[index] ?? 0)) | 0;
    if (difference !== 0) return difference;
  }
  return a.port - b.port;
}

function addressWords(address: string): number[] {
  if (!address.includes(':')) return [inetNumber(address)];
  const view = new DataView(addressBytes(address).buffer);
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)];
}

function sortByKeys<T, K>(items: readonly T[], keyOf: (item: T) => K, compare: (a: K, b: K) => number): T[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  return mergeSort(keyed, (a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

/** Halves of n/2 (rounded down) and the rest; of two equal items the left one first. As glibc sorts since ever. */
function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (items.length <= 1) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const merged: T[] = [];
  let fromLeft = 0;
  let fromRight = 0;
  while (fromLeft < left.length && fromRight < right.length) {
    const takeLeft = compare(left[fromLeft]!, right[fromRight]!) <= 0;
    merged.push(takeLeft ? left[fromLeft++]! : right[fromRight++]!);
  }
  while (fromLeft < left.length) merged.push(left[fromLeft++]!);
  while (fromRight < right.length) merged.push(right[fromRight++]!);
  return merged;
}
