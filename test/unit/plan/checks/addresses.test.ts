import { describe, expect, it } from 'vitest';
import type { Forwarding } from '../../../../src/model/destination.ts';
import { examine } from '../../../../src/plan/doctor/index.ts';
import { server } from '../network.ts';
import { facts, service, table, way } from './facts.ts';

const VIP = '10.0.0.100';

/** A director of two services of one address, which it does not have. */
function without(methods: readonly Forwarding[], rest: Partial<Parameters<typeof facts>[0]> = {}) {
  const services = methods.map((forwarding, index) =>
    service(
      { protocol: 'tcp', address: VIP, port: 80 + index },
      { address: '10.0.0.12', port: 80 + index, forwarding },
    ),
  );
  const findings = examine(facts({ table: table(services), routes: new Map([[VIP, way()]]), ...rest }));
  return findings.filter(({ rule }) => rule === 'vip-missing');
}

describe('an address that is missing', () => {
  it('comes back by the command that the table calls for', () => {
    const up = (mode: string) => [`lvsadm director up --mode ${mode} --vip ${VIP} --device eth0`];
    expect(without(['direct'])).toMatchObject([{ severity: 'error', fix: up('dr') }]);
    expect(without(['tunnel', 'direct'])).toMatchObject([{ fix: up('tun') }]);
    expect(without(['direct', 'masquerade'])).toMatchObject([{ fix: up('nat') }]);
  });

  it('comes back by the command that is on record', () => {
    const directs = new Map([[VIP, 'lvsadm director up as before']]);
    expect(without(['direct'], { directs })).toMatchObject([{ fix: ['lvsadm director up as before'] }]);
  });

  it('has no command where its device is not known', () => {
    const network = server({ addresses: [], routes: [] });
    expect(without(['direct'], { network })).toMatchObject([{ severity: 'error', fix: [] }]);
  });

  it('is not to be added while another director may have it', () => {
    expect(without(['direct'], { managers: ['keepalived'] })).toMatchObject([{ severity: 'hint', fix: [] }]);
  });
});
