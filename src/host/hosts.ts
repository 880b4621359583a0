import { lookup } from 'node:dns/promises';

/**
 * The first IPv4 address of a host name, from wherever this system takes them (nsswitch.conf: the hosts file, DNS, …),
 * or `null`. Takes as long as the system's resolver does. Never rejects.
 */
export async function findHost(name: string): Promise<string | null> {
  try {
    const { address, family } = await lookup(name, { family: 4 });
    // Text that is an IPv6 address is answered with itself, whatever family was asked for.
    return family === 4 ? address : null;
  } catch {
    return null;
  }
}
