import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { IpvsClient } from '../../src/ipvs/client.ts';
import { Connection } from '../../src/netlink/connection.ts';
import { listFamilies, NETLINK_GENERIC } from '../../src/netlink/families/generic.ts';
import { bundle } from './forwarding/namespace.ts';

const open: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(open.map((one) => one.close())));

/** Ports of generic netlink sockets; the kernel's own is 0. */
function portsInUse(): string[] {
  return readFileSync('/proc/self/net/netlink', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, protocol, port]) => protocol === String(NETLINK_GENERIC) && port !== '0')
    .map(([, , port]) => port!);
}

describe('netlink sockets of one process', () => {
  it('are more than the 1024 ports that can be made of its number', async () => {
    const connections = Array.from({ length: 1100 }, () => new Connection(NETLINK_GENERIC));
    open.push(...connections);
    expect(new Set(portsInUse()).size).toBeGreaterThanOrEqual(1100);
    const answers = await Promise.all(connections.slice(-100).map(listFamilies));
    expect(answers.every((families) => families.has('IPVS'))).toBe(true);
  });

  it('are there also when the port is taken that is the process’s number', async () => {
    expect(portsInUse()).toContain(String(process.pid));
    const client = await IpvsClient.open();
    open.push(client);
    expect((await client.info()).version).toMatch(/^\d/);
  });

  it('are refused with a sentence when there is no descriptor left', async () => {
    const program = await bundle(new URL('many-clients.ts', import.meta.url));
    const limited = 'ulimit -n 64; exec "$0" "$1"';
    const { stdout } = spawnSync('sh', ['-c', limited, process.execPath, program], { encoding: 'utf8' });
    expect(stdout).toMatch(
      /^\d+ clients: cannot reach IPVS: this process has no file descriptor left for a netlink socket: .*ulimit -n/,
    );
    expect(Number.parseInt(stdout, 10)).toBeGreaterThan(10);
  });
});
