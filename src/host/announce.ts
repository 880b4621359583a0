import { createSocket } from 'node:dgram';
import { type Address, familyOf, formatInetNumber, inetNumber } from '../model/address.ts';
import type { Link } from '../model/network.ts';
import type { Links } from './links.ts';
import { readSysctl } from './sysctl.ts';

const DISCARD_PORT = 9;
/** Subnets larger than this are searched only from the top. */
const CANDIDATES = 512;

/**
 * Tells an IPv4 address's neighbours that it is here now. A datagram from the address to a host of the subnet that the
 * kernel does not know makes it ask `who has …, tell ADDRESS`, by broadcast: every host that has an entry for the
 * address takes the new hardware address from that (RFC 826), which is what a gratuitous ARP does. There is no need of
 * a raw socket. False when that cannot be: no subnet on the device, or `arp_announce` forbids the source.
 *
 * IPv6 needs no hand: with `ndisc_notify` the kernel advertises a new address once it knows it to be unique.
 */
export async function announce(links: Links, link: Link, address: Address): Promise<boolean> {
  if (familyOf(address) !== 'inet') return true;
  if (await forbidsSource(link.name)) return false;
  const stranger = await findStranger(links, link);
  if (stranger === undefined) return false;
  const sent = await sendDatagram(address, stranger);
  if (sent) await links.forgetNeighbour(link.index, stranger);
  return sent;
}

/** `arp_announce` 2, on the device or on all, has the kernel ask in the name of another address. */
async function forbidsSource(device: string): Promise<boolean> {
  const levels = await Promise.all(
    ['all', device].map((name) => readSysctl(`net/ipv4/conf/${name}/arp_announce`)),
  );
  return levels.includes('2');
}

/** A host address of the device's subnet that is neither ours nor anybody's known, from the top. */
async function findStranger(links: Links, link: Link): Promise<Address | undefined> {
  const known = new Set((await links.neighbours()).map(({ address }) => address));
  const addresses = await links.addresses();
  for (const own of addresses) known.add(own.address);
  for (const { index, family, address, prefixLength } of addresses) {
    if (index !== link.index || family !== 'inet' || prefixLength > 30) continue;
    const size = 2 ** (32 - prefixLength);
    const number = inetNumber(address);
    const broadcast = number - (number % size) + size - 1;
    for (let host = broadcast - 1; host > broadcast - size + 1 && host > broadcast - CANDIDATES; host--) {
      const candidate = formatInetNumber(host);
      if (!known.has(candidate)) return candidate;
    }
  }
  return undefined;
}

function sendDatagram(from: Address, to: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (sent: boolean) => {
      socket.close();
      resolve(sent);
    };
    socket.once('error', () => end(false));
    socket.bind(0, from, () => socket.send('', DISCARD_PORT, to, (error) => end(!error)));
  });
}
