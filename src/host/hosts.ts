import { lookup } from 'node:dns/promises';
import type { Address } from '../model/address.ts';
import { askGetent, type HostSource, type NameSystem, readHostSources, SYSTEM } from './name-service.ts';

/** Finds the IPv4 address of a host name, or `null`. Takes as long as the system's resolver does. Never rejects. */
export type HostFinder = (name: string) => Promise<Address | null>;

const LIKE_INET = /^[0-9]([0-9.]*[0-9])?$/;
const LIKE_INET6 = /^(?=.*:)[0-9a-f:]([0-9a-f:.]*[0-9a-f:])?$/i;

/**
 * A finder that reads the system's files once, at its first use.
 *
 * Of a name with several addresses it takes the one that gethostbyname gives first, as ipvsadm does: the first in the
 * hosts file, or in the answer of DNS. Node's own `lookup` (getaddrinfo) sorts them by what is near to this host, so that
 * the same line would make another service on the next machine.
 */
export function newHostFinder(system: NameSystem = SYSTEM): HostFinder {
  let sources: readonly HostSource[] | undefined;
  return async (name) => {
    // The C library looks up neither what looks like an IPv4 address and is none, nor what looks like an IPv6 one.
    if (LIKE_INET.test(name) || LIKE_INET6.test(name)) return null;
    sources ??= readHostSources(system);
    for (const source of sources) {
      const found = typeof source === 'string' ? await ask(name, source, system) : source.address(name);
      if (found) return found;
    }
    return null;
  };
}

async function ask(name: string, source: string, system: NameSystem): Promise<Address | null> {
  // Node would make an address of '１0.0.0.1', and of 'ｗｗｗ' a name. Nobody has registered such names as they are.
  if (!/^[\x21-\x7e]+$/.test(name)) return null;
  const sources = ['-s', `hosts:${source}`];
  // `hosts` is gethostbyname, but asks for IPv6 first. (No look-up of that in DNS: C libraries since 2.36 know the option.)
  const options = { RES_OPTIONS: `${process.env.RES_OPTIONS ?? ''} no-aaaa`.trim() };
  const answer = await askGetent(system, [...sources, 'hosts', '--', name], 0, options);
  if (answer === undefined) return findByNode(name);
  const first = answer[0]?.[0];
  if (first === undefined || !first.includes(':')) return first ?? null;
  return (await askGetent(system, [...sources, 'ahostsv4', '--', name]))?.[0]?.[0] ?? null;
}

/** Where there is no `getent`. */
async function findByNode(name: string): Promise<Address | null> {
  try {
    return (await lookup(name, { family: 4 })).address;
  } catch {
    return null;
  }
}
