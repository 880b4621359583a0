import { readFile } from 'node:fs/promises';

/** Numbers of include/uapi/linux/capability.h, CAP_NET_RAW. */
const NUMBERS = { 'net-raw': 13n } as const;

/** Whether this process has a capability now: root in a container may lack some, and a service may have one alone. */
export async function hasCapability(name: keyof typeof NUMBERS): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> NUMBERS[name]) & 1n) === 1n;
}
