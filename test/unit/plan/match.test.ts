import { describe, expect, it } from 'vitest';
import { findMarkings } from '../../../src/plan/firewall/marks.ts';
import { matchService } from '../../../src/plan/packet/match.ts';
import { packet, service } from './explain.ts';

const web = service({ protocol: 'tcp', address: '10.0.0.100', port: 80 });
const any = service({ protocol: 'tcp', address: '10.0.0.100', port: 0 });
const ftp = service({ protocol: 'tcp', address: '10.0.0.100', port: 21 });
const marked = service({ fwmark: 7, family: 'inet' });
const marked6 = service({ fwmark: 7, family: 'inet6' });

const found = (services: Parameters<typeof matchService>[0], rest: Parameters<typeof packet>[0] = {}) =>
  matchService(services, packet(rest), 1024);
const to = (port: number, address = '10.0.0.100') => ({ destination: { address, port } });

// The order of ip_vs_service_find.
describe('the service of a packet', () => {
  it('is that of its mark, then that of its port, then FTP’s, then that of all ports', () => {
    const all = [any, ftp, web, marked6, marked];
    expect(found(all, { mark: 7 })).toEqual({ service: marked, by: 'mark' });
    expect(found(all, { mark: 8 })).toEqual({ service: web, by: 'address' });
    expect(found(all, to(5000))).toEqual({ service: ftp, by: 'ftp' });
    expect(found(all, to(443))).toEqual({ service: any, by: 'any-port' });
    expect(found(all, to(21))).toEqual({ service: ftp, by: 'address' });
    expect(found(all, to(20))).toEqual({ service: ftp, by: 'ftp' });
  });

  it('takes FTP’s data only from ports that users may have', () => {
    expect(matchService([ftp, any], packet(to(1000)), 1024)?.by).toBe('any-port');
    expect(matchService([ftp, any], packet(to(1000)), 1000)?.by).toBe('ftp');
  });

  it('goes by family, protocol and address', () => {
    expect(found([marked], { mark: 7, ...to(80, 'fd00::100') })).toBeUndefined();
    expect(found([web, any, ftp], { protocol: 'udp' })).toBeUndefined();
    expect(found([web, any, ftp], to(80, '10.0.0.101'))).toBeUndefined();
  });
});

/** As `nft -j list ruleset` prints a rule of a chain. */
function ruleset(expr: readonly object[], chain: object = {}) {
  const place = { family: 'inet', table: 'marks' };
  return [
    { chain: { ...place, name: 'early', type: 'filter', hook: 'prerouting', ...chain } },
    { rule: { ...place, chain: 'early', expr } },
    { rule: { ...place, chain: 'another', expr } },
  ] as Parameters<typeof findMarkings>[0];
}

const set = (value: unknown) => ({ mangle: { key: { meta: { key: 'mark' } }, value } });
const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
const daddr = { payload: { protocol: 'ip', field: 'daddr' } };
const dport = (protocol: string) => ({ payload: { protocol, field: 'dport' } });

describe('the mark that nftables gives a packet', () => {
  const marks = (expr: readonly object[], chain?: object) => findMarkings(ruleset(expr, chain), packet());
  const certain = [{ mark: 7, chain: 'inet marks early', certain: true }];

  it('is certain when all conditions are fulfilled', () => {
    expect(marks([set(7)])).toEqual(certain);
    expect(marks([match(daddr, '10.0.0.100'), match(dport('tcp'), 80), { counter: {} }, set(7)])).toEqual(
      certain,
    );
    expect(marks([match(dport('th'), { set: [80, 443] }), set(7)])).toEqual(certain);
    expect(marks([match({ meta: { key: 'l4proto' } }, 'tcp'), set(7)])).toEqual(certain);
  });

  it('is none when one is not, or the packet does not come by', () => {
    expect(marks([match(daddr, '10.0.0.101'), set(7)])).toEqual([]);
    expect(marks([match(dport('udp'), 80), set(7)])).toEqual([]);
    expect(marks([match(dport('tcp'), { set: [443, 8080] }), set(7)])).toEqual([]);
    expect(marks([set(7)], { hook: 'postrouting' })).toEqual([]);
    expect(marks([set(7)], { family: 'ip6' })).toEqual([]);
    expect(marks([{ accept: null }])).toEqual([]);
  });

  it('is uncertain when one is not understood', () => {
    const uncertain = [{ ...certain[0], certain: false }];
    const unknown = [
      match({ meta: { key: 'iifname' } }, 'eth0'),
      match(daddr, { prefix: { addr: '10.0.0.0', len: 8 } }),
      match(daddr, '@vips'),
      match(dport('tcp'), 80, '!='),
      { xt: null },
    ];
    for (const condition of unknown) expect(marks([condition, set(7)])).toEqual(uncertain);
    // One that is certainly not fulfilled still decides.
    expect(marks([unknown[0]!, match(dport('tcp'), 81), set(7)])).toEqual([]);
  });
});
