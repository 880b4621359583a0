import { describe, expect, it } from 'vitest';
import type { Tunnel } from '../../../../src/model/destination.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { address, ETH0, LO, link, server } from '../network.ts';
import { facts, LOCAL, service, table, way } from './facts.ts';

const IPIP: Tunnel = { type: 'ipip', port: 0, checksum: 'none' };

/** Clients come in by eth0, with an MTU of 1500; the real server is behind eth1. */
function through(tunnel: Tunnel, mtu: number, { vip = '10.0.0.100', real = '10.2.0.12', route = {} } = {}) {
  return examine(
    facts({
      network: server({
        links: [LO, ETH0, link(3, 'eth1', { mtu })],
        addresses: [address(2, vip)],
      }),
      routes: new Map([
        [vip, LOCAL],
        [real, way({ index: 3, source: '10.2.0.1', ...route })],
      ]),
      table: table([
        service(
          { protocol: 'tcp', address: vip, port: 80 },
          { address: real, port: 80, forwarding: 'tunnel', tunnel },
        ),
      ]),
    }),
  );
}

describe('room for the header of a tunnel', () => {
  it('is what the outer device has more than the clients’', () => {
    expect(through(IPIP, 1520)).toEqual([]);
    expect(through(IPIP, 1519)).toMatchObject([{ rule: 'tunnel-without-room', severity: 'hint' }]);
    // A route may have less than its device.
    expect(through(IPIP, 9000, { route: { mtu: 1500 } })).toHaveLength(1);
  });

  it.each([
    [IPIP, '10.2.0.12', 1480, 1440, 1520],
    [{ type: 'gre', port: 0, checksum: 'none' }, '10.2.0.12', 1476, 1436, 1524],
    [{ type: 'gue', port: 6080, checksum: 'none' }, '10.2.0.12', 1468, 1428, 1532],
    [IPIP, 'fd02::12', 1460, 1420, 1540],
  ] as const)('of $type to %s leaves %i bytes', (tunnel, real, room, segment, needed) => {
    const [finding] = through(tunnel, 1500, { real });
    expect(finding?.seen).toContain(`${room} fit through the tunnel`);
    expect(finding?.advice).toContain(`advmss ${segment}`);
    expect(finding?.advice).toContain(`ip link set eth1 mtu ${needed}`);
  });
});

it('tunnels of one kind by one device are told together', () => {
  const real = (host: number, tunnel: Tunnel) =>
    ({ address: `10.2.0.${host}`, port: 80, forwarding: 'tunnel', tunnel }) as const;
  const GRE: Tunnel = { type: 'gre', port: 0, checksum: 'none' };
  const findings = examine(
    facts({
      network: server({ links: [LO, ETH0], addresses: [address(2, '10.0.0.100')] }),
      routes: new Map([11, 12, 13].map((host) => [`10.2.0.${host}`, way({ gateway: '10.0.0.254' })])),
      table: table([
        service(
          { protocol: 'tcp', address: '10.0.0.100', port: 80 },
          real(11, IPIP),
          real(12, GRE),
          real(13, IPIP),
        ),
      ]),
    }),
  );
  expect(findings.map(({ subject }) => subject)).toEqual([
    'tcp 10.0.0.100:80 -> 10.2.0.11:80 and 1 more',
    'tcp 10.0.0.100:80 -> 10.2.0.12:80',
  ]);
});

describe('the source of a tunnel’s packets', () => {
  it('must not be a VIP', () => {
    const findings = through(IPIP, 9000, {
      vip: 'fd00::100',
      real: 'fd02::12',
      route: { source: 'fd00::100' },
    });
    expect(findings).toMatchObject([
      {
        rule: 'tunnel-from-vip',
        severity: 'error',
        fix: [
          expect.stringMatching(/^ip addr change fd00::100\/\d+ dev eth0 preferred_lft 0$/),
          'lvsadm -d -t [fd00::100]:80 -r [fd02::12]:80',
          'lvsadm -a -t [fd00::100]:80 -r [fd02::12]:80 -i -w 1',
        ],
      },
    ]);
    expect(through(IPIP, 9000, { vip: 'fd00::100', real: 'fd02::12', route: { source: 'fd02::1' } })).toEqual(
      [],
    );
    // IPv4 addresses are not deprecated: there is no command for it.
    expect(through(IPIP, 9000, { route: { source: '10.0.0.100' } })).toMatchObject([
      { rule: 'tunnel-from-vip', fix: [] },
    ]);
  });
});
